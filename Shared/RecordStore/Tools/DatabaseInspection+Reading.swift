import Values

extension DatabaseInspection {
  init(_ snapshot: Snapshot, path: String, check: CheckResult?) throws {
    at = snapshot.now
    isBackup = try Self.number("PRAGMA user_version", snapshot) == StoreFile.backupMark
    facts = try StoreFacts(snapshot)
    migrations = try Self.migrations(snapshot)
    size = Size(
      bytes: FileSteps.size(path) ?? 0, logBytes: FileSteps.size(path + "-wal") ?? 0,
      pageBytes: try Self.number("PRAGMA page_size", snapshot),
      pages: try Self.number("PRAGMA page_count", snapshot),
      freePages: try Self.number("PRAGMA freelist_count", snapshot))
    tables = try Self.tables(snapshot)
    consumers = try snapshot.feed.lags()
    self.check = check
  }

  private static func migrations(_ snapshot: Snapshot) throws -> [AppliedMigration] {
    try snapshot.rows(
      """
      SELECT scope, version, name, hash, applied_at FROM rs_migrations ORDER BY scope DESC, version
      """
    ) { row in
      let (scope, version) = (try row.text(0), try row.int(1))
      return AppliedMigration(
        scope: scope, version: version, name: try row.text(2), appliedAt: try row.instant(4),
        state: state(scope: scope, version: version, hash: try row.blob(3)))
    }
  }

  private static func state(scope: String, version: Int, hash: [UInt8]) -> MigrationState {
    guard scope == Migrator.storeScope else { return .unknown }
    guard let known = StoreMigrations.all.first(where: { $0.version == version }) else {
      return .newer
    }
    return known.hash == hash ? .same : .changed
  }

  private static func tables(_ snapshot: Snapshot) throws -> [TableSize] {
    let names = try snapshot.rows(
      """
      SELECT name FROM sqlite_schema
      WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name
      """
    ) { try $0.text(0) }
    return try names.map { name in
      let quoted = name.replacing("\"", with: "\"\"")
      do {
        return TableSize(
          name: name, rows: try number("SELECT count(*) FROM \"\(quoted)\"", snapshot))
      } catch RecordStoreError.corrupted {
        return TableSize(name: name, rows: nil)
      }
    }
  }

  private static func number(_ sql: String, _ snapshot: Snapshot) throws -> Int64 {
    try snapshot.row(sql) { try $0.int64(0) } ?? 0
  }
}
