import RecordStore
import ServiceKit

/// The schema's steps, embedded in the program. A step that has been applied anywhere never changes
/// again.
let masterDataMigrations = [
  Migration(
    version: 1, name: "create_records",
    sql: String(decoding: PackageResources.V0001_create_records_sql, as: UTF8.self)),
  RevocationRecords.migration(version: 2),
  Migration(
    version: 3, name: "give_records_a_site",
    sql: String(decoding: PackageResources.V0003_give_records_a_site_sql, as: UTF8.self)),
]
