public import Values

extension Database {
  /// Moves records that were closed before a time to the archives of their months, some of them,
  /// and answers how many. Call it again while it answers more than none.
  ///
  /// A record is first copied, durably; then it is marked, with an audit entry that has the digest
  /// of the copy; then its rows are deleted, some at a time. Whatever interrupts this, each record
  /// can be read, in one place: until it is marked in the database, from then on in the archive. The
  /// next call goes on where this one has ended. One call at a time.
  /// - Throws: ``RecordStoreError``.
  @discardableResult
  nonisolated(nonsending) public func archive(_ plan: ArchivePlan, closedBefore: Instant)
    async throws -> Int
  {
    try await clearArchived(plan)
    let copies = try await copyDue(plan, closedBefore: closedBefore)
    let taken = try await take(copies, plan)
    try await clearArchived(plan)
    return taken
  }

  /// Records of one call: their marks are one write.
  static let maximumArchivedRecords = 100
  /// Rows after which no further record is copied: a reader is occupied meanwhile.
  static let maximumCopiedRows: Int64 = 20_000
  /// Rows that one write deletes: some milliseconds, so that other writes hardly notice.
  static let maximumClearedRows = 1_000

  /// A record that is in an archive, and in the database still.
  struct ArchivedCopy: Sendable {
    let due: DueRecord
    let file: String
    let rows: ArchivedRows.Summary
  }

  /// A record that was closed long ago.
  struct DueRecord: Sendable {
    let key: Int64
    let revision: Int64
    let name: String
    let closedAt: Instant
  }

  nonisolated(nonsending) func copyDue(_ plan: ArchivePlan, closedBefore: Instant) async throws
    -> [ArchivedCopy]
  {
    let (shelf, incarnation) = (archives, incarnation)
    return try await read { snapshot in
      var due = try snapshot.rows(plan.due, closedBefore, Self.maximumArchivedRecords) { row in
        DueRecord(
          key: try row.int64(0), revision: try row.int64(1), name: try row.text(2),
          closedAt: try row.instant(3))
      }[...]
      var copies: [ArchivedCopy] = []
      var left = Self.maximumCopiedRows
      while left > 0, let first = due.first {
        let file = try ArchiveFile.name(
          plan, closedAt: first.closedAt, from: snapshot, incarnation: incarnation)
        try ArchiveFile.write(
          file, on: shelf, plan: plan, from: snapshot, incarnation: incarnation
        ) { archive in
          while left > 0, let next = due.first, next.isOfSameMonth(as: first) {
            let rows = try archive.copy(next.key, from: snapshot)
            copies.append(ArchivedCopy(due: next, file: file, rows: rows))
            left -= rows.rowCount
            due.removeFirst()
          }
        }
      }
      return copies
    }
  }

  /// Marks the records that are still as they were copied: from here on the archive answers.
  nonisolated(nonsending) func take(_ copies: [ArchivedCopy], _ plan: ArchivePlan) async throws
    -> Int
  {
    if copies.isEmpty { return 0 }
    return try await write { transaction in
      var taken = 0
      for copy in copies {
        let due = copy.due
        guard try transaction.execute(plan.take, due.key, due.revision) == 1 else { continue }
        let entry = try transaction.audit.append(
          AuditEntry(
            principal: "millrace", origin: copy.file, action: "archive", object: due.name,
            digestAfter: copy.rows.digest))
        try transaction.execute(
          """
          INSERT INTO rs_archived (plan, key, file, rows, digest, audit_sequence)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
          plan.name, due.key, copy.file, copy.rows.rowCount, copy.rows.digest, entry)
        taken += 1
      }
      return taken
    }
  }

  /// Deletes the rows of records that are marked.
  nonisolated(nonsending) func clearArchived(_ plan: ArchivePlan) async throws {
    var isDone = false
    while !isDone {
      isDone = try await write { transaction in
        let key = try transaction.row(
          "SELECT key FROM rs_archived WHERE plan = ? AND cleared = 0 LIMIT 1", plan.name
        ) { try $0.int64(0) }
        guard let key else { return true }
        try Self.clear(key, plan, transaction)
        return false
      }
    }
  }

  private static func clear(_ key: Int64, _ plan: ArchivePlan, _ transaction: Transaction) throws {
    var left = maximumClearedRows
    for table in plan.tables.reversed() where !table.isKept && left > 0 {
      left -= try transaction.execute(
        """
        DELETE FROM \(table.name) WHERE \(table.key) = ?1 AND \(table.order) IN (
          SELECT \(table.order) FROM \(table.name) WHERE \(table.key) = ?1 LIMIT ?2)
        """, key, left)
    }
    if left > 0 {
      try transaction.execute(
        "UPDATE rs_archived SET cleared = 1 WHERE plan = ? AND key = ?", plan.name, key)
    }
  }
}

extension Database.DueRecord {
  /// Archives are of one month each, in UTC.
  fileprivate func isOfSameMonth(as other: Self) -> Bool {
    closedAt.description.prefix(7) == other.closedAt.description.prefix(7)
  }
}

extension Snapshot {
  /// Reads in the archive where a record is that is marked as archived. `body` reads the plan's
  /// tables there; it does not read another archived record meanwhile.
  /// - Throws: ``RecordStoreError/archive(_:)`` when the archive cannot be read; what `body` throws.
  public final func archived<T>(
    _ plan: ArchivePlan, key: Int64, _ body: (Snapshot) throws -> T
  ) throws -> T {
    let file = try row("SELECT file FROM rs_archived WHERE plan = ? AND key = ?", plan.name, key) {
      try $0.text(0)
    }
    guard let file, let archives else {
      throw RecordStoreError.archive("nobody knows where \(key) of \(plan.name) is")
    }
    return try archives.read(file, now: now, body)
  }
}
