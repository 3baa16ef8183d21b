import Values

/// The rows of one record, table by table, in an order that is the same in the database and in the
/// archive.
enum ArchivedRows {
  /// A table and its columns, as they are where the rows are read.
  struct Source {
    let table: ArchivePlan.Table
    let columns: [String]

    init(_ table: ArchivePlan.Table, in snapshot: Snapshot) throws {
      self.table = table
      columns = try snapshot.rows("SELECT name FROM pragma_table_info(?) ORDER BY cid", table.name)
      { try $0.text(0) }
    }

    fileprivate var select: String {
      """
      SELECT \(columns.joined(separator: ", ")) FROM \(table.name) WHERE \(table.key) = ?
      ORDER BY \(table.order)
      """
    }

    /// Puts a row of these columns into the same table elsewhere.
    var insert: String {
      let places = columns.map { _ in "?" }.joined(separator: ", ")
      return "INSERT INTO \(table.name) (\(columns.joined(separator: ", "))) VALUES (\(places))"
    }
  }

  /// What tells whether the rows of a record are the same somewhere else.
  struct Summary: Sendable, Hashable {
    var rowCount: Int64 = 0
    var digest: [UInt8] = []
  }

  /// Walks the rows of a record.
  static func walk(
    _ sources: [Source], key: Int64, _ snapshot: Snapshot,
    _ body: (Source, [SQLValue]) throws -> Void = { _, _ in }
  ) throws -> Summary {
    var digest = CanonicalDigest()
    var summary = Summary()
    for source in sources {
      digest.add(source.table.name)
      try snapshot.forEachRow(source.select, key) { row in
        // Tells where a row ends.
        digest.addAbsent()
        let values = try source.columns.indices.map { try row.value($0) }
        for (column, value) in zip(source.columns, values) { digest.add(column, value) }
        summary.rowCount += 1
        try body(source, values)
      }
    }
    summary.digest = digest.bytes()
    return summary
  }
}

extension CanonicalDigest {
  /// A column without a value is left out, so that one that is added later does not change what was
  /// archived before.
  fileprivate mutating func add(_ column: String, _ value: SQLValue) {
    if value == .null { return }
    add(column)
    switch value {
    case .null: break
    case .int64(let number): add(number)
    case .text(let text): add(text)
    case .blob(let bytes): add(bytes)
    }
  }
}
