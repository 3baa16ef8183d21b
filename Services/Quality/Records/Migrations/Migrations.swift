import Contracts
import RecordStore
import ServiceKit

/// The schema's steps, embedded in the program. A step that has been applied anywhere never changes
/// again.
let qualityMigrations = [
  RevocationRecords.migration(version: 1),
  ReferenceRecords.migration(version: 2),
  FollowedWatchRecords.migration(version: 3),
  Migration(
    version: 4, name: "create_quality",
    sql: String(decoding: PackageResources.V0004_create_quality_sql, as: UTF8.self)),
  Migration(
    version: 5, name: "keep_holds_and_inspections",
    sql: ObjectTable<Quality.V1.Hold>.schema("holds", "Holds; the party is what one covers.")
      + ObjectTable<Quality.V1.Inspection>.schema(
        "inspections", "Inspections; the party is what is inspected.")
      + ObjectTable<Quality.V1.Nonconformance>.schema(
        "nonconformances", "Nonconformances; the party is what one is about.")),
]
