import GRDB
public import Values

/// The archives of a database as an auditor reads them: read-only, whether or not its service runs.
public enum DatabaseArchives {
  /// What is said of one archive.
  public struct Report: Sendable, Hashable {
    /// The file's name, in the directory beside the database.
    public let file: String
    /// Records that are there and nowhere else.
    public let records: Int64
    /// Their rows.
    public let rows: Int64
    /// What is wrong; empty when nothing is.
    public let findings: [String]
  }

  /// The most findings of one archive that are kept.
  public static let maximumFindings = 100

  /// Compares every archived record with the digest that the database has of it, and that with the
  /// audit log, which is not verified here.
  /// - Parameter progress: called with the records looked at so far.
  /// - Throws: ``DatabaseFileError``, ``RecordStoreError``.
  public static func verify(
    _ path: String, now: Instant, progress: (Int64) -> Void = { _ in }
  ) throws -> [Report] {
    try DatabaseFileError.naming(path) {
      let queue = try StoreFile.open(path)
      let shelf = ArchiveShelf(databasePath: path)
      var count: Int64 = 0
      let reports = try StoreFile.reading(queue, now: now) { snapshot in
        try files(snapshot).map { file in
          let report = try verify(file, on: shelf, snapshot, now: now)
          count += report.records
          progress(count)
          return report
        }
      }
      try queue.close()
      return reports
    }
  }

  private static func files(_ snapshot: Snapshot) throws -> [String] {
    try snapshot.rows("SELECT DISTINCT file FROM rs_archived ORDER BY file") { try $0.text(0) }
  }

  /// A record as the database remembers it.
  private struct Remembered {
    let key: Int64
    let rows: ArchivedRows.Summary
    let name: String?
    let auditedDigest: [UInt8]?

    init(_ row: Row) throws {
      key = try row.int64(0)
      rows = ArchivedRows.Summary(rowCount: try row.int64(1), digest: try row.blob(2))
      name = try row.optionalText(3)
      auditedDigest = try row.optionalBlob(4)
    }
  }

  private static func verify(
    _ file: String, on shelf: ArchiveShelf, _ snapshot: Snapshot, now: Instant
  ) throws -> Report {
    var (records, rows): (Int64, Int64) = (0, 0)
    var findings: [String] = []
    do {
      try shelf.read(file, now: now) { archive in
        let sources = try sources(archive)
        try snapshot.forEachRow(remembered, file) { row in
          let record = try Remembered(row)
          records += 1
          rows += record.rows.rowCount
          if findings.count < maximumFindings {
            findings += try self.findings(record, sources, archive)
          }
        }
      }
    } catch RecordStoreError.archive(let text) {
      findings.append("The archive cannot be read: \(text)")
    }
    return Report(file: file, records: records, rows: rows, findings: findings)
  }

  private static let remembered = """
    SELECT a.key, a.rows, a.digest, e.object, e.digest_after
    FROM rs_archived a LEFT JOIN rs_audit e ON e.sequence = a.audit_sequence
    WHERE a.file = ? ORDER BY a.key
    """

  private static func sources(_ archive: Snapshot) throws -> [ArchivedRows.Source] {
    try archive.rows(
      "SELECT name, key_column, order_column FROM archive_tables ORDER BY position"
    ) { row in
      ArchivePlan.Table(try row.text(0), key: try row.text(1), order: try row.text(2))
    }.map { try ArchivedRows.Source($0, in: archive) }
  }

  private static func findings(
    _ record: Remembered, _ sources: [ArchivedRows.Source], _ archive: Snapshot
  ) throws -> [String] {
    let name = record.name ?? "record \(record.key)"
    let found = try ArchivedRows.walk(sources, key: record.key, archive)
    if found.rowCount == 0 { return ["\(name) is missing."] }
    if found != record.rows { return ["\(name) is not what was archived."] }
    if record.auditedDigest != record.rows.digest {
      return ["\(name) is not what the audit log says was archived."]
    }
    return []
  }
}
