import RecordStore

extension FrontMigrations {
  /// How it stands with contract packages.
  static let keepVersions = Migration(
    version: 4, name: "keep_versions",
    sql: """
      -- A package that is not here is served.
      CREATE TABLE front_versions (
        package TEXT PRIMARY KEY,
        state TEXT NOT NULL CHECK (state IN ('deprecated', 'retired')),
        deprecated_since INTEGER,
        sunset_at INTEGER,
        successor TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE front_version_exceptions (
        package TEXT NOT NULL REFERENCES front_versions (package) ON DELETE CASCADE,
        partner TEXT NOT NULL,
        until INTEGER NOT NULL,
        PRIMARY KEY (package, partner)
      ) STRICT, WITHOUT ROWID;
      """)
}
