import RecordStore

extension FrontMigrations {
  /// The usage ledger.
  static let countUsage = Migration(
    version: 3, name: "count_usage",
    sql: """
      -- One row for each day (days since 1970, UTC), partner, method and status.
      CREATE TABLE front_usage (
        usage_id INTEGER PRIMARY KEY,
        day INTEGER NOT NULL,
        partner TEXT NOT NULL,
        method TEXT NOT NULL,
        code INTEGER NOT NULL,
        calls INTEGER NOT NULL,
        request_bytes INTEGER NOT NULL,
        response_bytes INTEGER NOT NULL,
        duration_microseconds INTEGER NOT NULL,
        last_used_at INTEGER NOT NULL,
        UNIQUE (partner, day, method, code)
      ) STRICT;
      CREATE INDEX front_usage_by_day ON front_usage (day);
      """)
}
