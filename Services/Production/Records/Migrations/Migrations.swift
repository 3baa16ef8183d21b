import Contracts
import RecordStore
import ServiceKit

/// The schema's steps, embedded in the program. A step that has been applied anywhere never changes
/// again.
let productionMigrations = [
  Migration(
    version: 1, name: "create_orders",
    sql: String(decoding: PackageResources.V0001_create_orders_sql, as: UTF8.self)),
  Migration(
    version: 2, name: "archive_orders",
    sql: String(decoding: PackageResources.V0002_archive_orders_sql, as: UTF8.self)),
  RevocationRecords.migration(version: 3),
  ReferenceRecords.migration(version: 4),
  Migration(
    version: 5, name: "check_references",
    sql: String(decoding: PackageResources.V0005_check_references_sql, as: UTF8.self)),
  FollowedWatchRecords.migration(version: 6),
  HoldRecords.migration(version: 7),
  GenealogyRecords.migration(version: 8),
  Migration(
    version: 9, name: "record_shortages",
    sql: String(decoding: PackageResources.V0009_record_shortages_sql, as: UTF8.self)),
  Migration(
    version: 10, name: "change_and_end_orders",
    sql: String(decoding: PackageResources.V0010_change_and_end_orders_sql, as: UTF8.self)
      + ObjectTable<Production.V1.WorkOrder>.schema(
        "work_orders", "Work orders; the party is the order's name.")
      + ObjectTable<Production.V1.ProductionCase>.schema(
        "production_cases", "What people have to decide; the party is the order's name.")),
]
