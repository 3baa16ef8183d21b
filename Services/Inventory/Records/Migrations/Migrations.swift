import RecordStore
import ServiceKit

/// The schema's steps, embedded in the program. A step that has been applied anywhere never changes
/// again.
let inventoryMigrations = [
  RevocationRecords.migration(version: 1),
  ReferenceRecords.migration(version: 2),
  FollowedWatchRecords.migration(version: 3),
  Migration(
    version: 4, name: "create_inventory",
    sql: String(decoding: PackageResources.V0004_create_inventory_sql, as: UTF8.self)),
  HoldRecords.migration(version: 5),
  GenealogyRecords.migration(version: 6),
  Migration(
    version: 7, name: "number_balances",
    sql: String(decoding: PackageResources.V0007_number_balances_sql, as: UTF8.self)),
]
