import RecordStore

extension FrontMigrations {
  /// How many calls of a row count in the daily quota: the status alone does not say it. What is
  /// there already is taken as it was judged so far, without the codes of refusals at the door
  /// (7 PERMISSION_DENIED, 8 RESOURCE_EXHAUSTED, 16 UNAUTHENTICATED).
  static let countCharges = Migration(
    version: 5, name: "count_charges",
    sql: """
      ALTER TABLE front_usage ADD COLUMN charged INTEGER NOT NULL DEFAULT 0;
      UPDATE front_usage SET charged = calls WHERE code NOT IN (7, 8, 16);
      """)
}
