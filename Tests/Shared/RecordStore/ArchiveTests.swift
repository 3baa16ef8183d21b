import Environment
import Foundation
import GRDB
import Testing
import Values

@testable import RecordStore

@Suite("Archives")
struct ArchiveTests {
  let store: Store
  let database: RecordStore.Database

  init() throws {
    store = try Store()
    database = try store.open(migrations: ArchiveSample.migrations)
  }

  @Test("hold what was closed for long, in one file for each month")
  func movesByMonth() async throws {
    try await database.order(1, closedOn: 0, reports: 3)
    try await database.order(2, closedOn: 20, reports: 2)
    try await database.order(3, closedOn: 40, reports: 2)
    try await database.order(4, closedOn: 90, reports: 5)
    try await database.order(5, closedOn: nil, reports: 1)
    #expect(try await database.archive(closedBeforeDay: 60) == 3)
    let months = files().map { String($0.prefix(14)) }
    #expect(months == ["orders-2026-01", "orders-2026-02"])
    #expect(try await database.reports(of: 1) == [1_000, 1_001, 1_002])
    #expect(try await database.reports(of: 3) == [3_000, 3_001])
    #expect(try await database.rowCount("reports") == 6)
    #expect(try await database.rowCount("orders") == 5)
    #expect(try await database.archive(closedBeforeDay: 60) == 0)
    await database.close()
  }

  @Test("are as the database says, and the audit log says when each record went there")
  func areVerified() async throws {
    try await database.order(1, closedOn: 0, reports: 3)
    try await database.order(2, closedOn: 1, reports: 2)
    try await database.archive(closedBeforeDay: 60)
    let reports = try DatabaseArchives.verify(store.path, now: ArchiveSample.noon(day: 100))
    #expect(reports.map(\.records) == [2] && reports.map(\.rows) == [7])
    #expect(reports.flatMap(\.findings).isEmpty)
    let audit = try await database.read { try $0.auditRecords(after: 0, limit: 10) }
    #expect(audit.map(\.entry.object) == ["MO/1", "MO/2"])
    #expect(audit.allSatisfy { $0.entry.action == "archive" && $0.entry.digestAfter?.count == 32 })
    await database.close()
  }

  @Test(
    "show what somebody has done to them",
    arguments: [
      ("UPDATE reports SET good = 99 WHERE sequence = 1000", "MO/1 is not what was archived."),
      ("DELETE FROM reports WHERE sequence = 1001", "MO/1 is not what was archived."),
      ("UPDATE orders SET name = 'MO/7' WHERE id = 1", "MO/1 is not what was archived."),
      (
        "DELETE FROM reports WHERE order_id = 1; DELETE FROM orders WHERE id = 1",
        "MO/1 is missing."
      ),
    ])
  func showTampering(sql: String, finding: String) async throws {
    try await database.order(1, closedOn: 0, reports: 3)
    try await database.order(2, closedOn: 0, reports: 3)
    try await database.archive(closedBeforeDay: 60)
    await database.close()
    try change(#require(files().first), sql)
    #expect(try store.archiveFindings() == [finding])
  }

  @Test("cannot be made to fit by changing the digest in the database, too")
  func showChangedDigest() async throws {
    try await database.order(1, closedOn: 0, reports: 1)
    try await database.archive(closedBeforeDay: 60)
    try await database.write { transaction in
      try transaction.execute("UPDATE rs_audit SET digest_after = zeroblob(32)")
    }
    let reports = try DatabaseArchives.verify(store.path, now: ArchiveSample.noon(day: 100))
    #expect(
      reports.flatMap(\.findings) == ["MO/1 is not what the audit log says was archived."])
    await database.close()
  }

  @Test("that are missing are told of by name, and the other records can be read")
  func missingFile() async throws {
    try await database.order(1, closedOn: 0, reports: 1)
    try await database.order(2, closedOn: nil, reports: 1)
    try await database.archive(closedBeforeDay: 60)
    let file = try #require(files().first)
    try FileManager.default.removeItem(atPath: "\(store.path).archives/\(file)")
    await #expect {
      try await database.reports(of: 1)
    } throws: { error in
      guard case RecordStoreError.archive(let text) = error else { return false }
      return text.contains(file)
    }
    #expect(try await database.reports(of: 2) == [2_000])
    let report = try #require(
      DatabaseArchives.verify(store.path, now: ArchiveSample.noon(day: 100)).first)
    #expect(report.findings.count == 1 && report.findings[0].contains(file))
    await database.close()
  }

  @Test("leave a record alone that has changed while it was copied")
  func changedMeanwhile() async throws {
    try await database.order(1, closedOn: 0, reports: 1)
    try await database.order(2, closedOn: 0, reports: 1)
    let copies = try await database.copyDue(
      ArchiveSample.plan, closedBefore: ArchiveSample.noon(day: 60))
    try await database.write { transaction in
      try transaction.execute("UPDATE orders SET revision = 2 WHERE id = 1")
      try transaction.execute("UPDATE reports SET note = 'late' WHERE order_id = 1")
    }
    #expect(try await database.take(copies, ArchiveSample.plan) == 1)
    try await database.clearArchived(ArchiveSample.plan)
    #expect(try await database.rowCount("reports") == 1)
    #expect(try await database.archive(closedBeforeDay: 60) == 1)
    #expect(try await database.rowCount("reports") == 0)
    #expect(try store.archiveFindings().isEmpty)
    await database.close()
  }

  @Test("take over in a later attempt what an earlier one has left", arguments: 0...2)
  func goesOn(stepsBefore: Int) async throws {
    try await database.order(1, closedOn: 0, reports: 2_500)
    try await database.order(7, closedOn: 1, reports: 1)
    var copies: [RecordStore.Database.ArchivedCopy] = []
    copies = try await database.copyDue(
      ArchiveSample.plan, closedBefore: ArchiveSample.noon(day: 60))
    if stepsBefore > 0 { #expect(try await database.take(copies, ArchiveSample.plan) == 2) }
    if stepsBefore > 1 {
      try await database.write { transaction in
        try transaction.execute("DELETE FROM reports WHERE order_id = 1 AND sequence % 2 = 0")
      }
    }
    #expect(try await database.reports(of: 1).count == 2_500)
    await database.close()
    let again = try store.open(migrations: ArchiveSample.migrations)
    let moved = try await again.archive(closedBeforeDay: 60)
    #expect(moved == (stepsBefore == 0 ? 2 : 0))
    #expect(try await again.rowCount("reports") == 0)
    #expect(try await again.reports(of: 1).count == 2_500)
    let reports = try DatabaseArchives.verify(store.path, now: ArchiveSample.noon(day: 100))
    #expect(reports.map(\.records) == [2] && reports.flatMap(\.findings).isEmpty)
    await again.close()
  }

  @Test("of before a restore stay as they are, and later ones get a file of their own")
  func afterRestore() async throws {
    try await database.order(1, closedOn: 0, reports: 1)
    try await database.archive(closedBeforeDay: 60)
    try await DatabaseBackup(database: store.path, target: store.backup)
      .run(environment: store.environment)
    try await database.order(2, closedOn: 1, reports: 2)
    try await database.archive(closedBeforeDay: 60)
    await database.close()
    try await DatabaseRestore(backup: store.backup, database: store.path)
      .run(environment: store.environment)
    let restored = try store.open(migrations: ArchiveSample.migrations)
    try await restored.order(2, closedOn: 1, reports: 3)
    #expect(try await restored.archive(closedBeforeDay: 60) == 1)
    #expect(files().count == 2)
    #expect(try await restored.reports(of: 1) == [1_000])
    #expect(try await restored.reports(of: 2) == [2_000, 2_001, 2_002])
    #expect(try store.archiveFindings().isEmpty)
    await restored.close()
  }

  @Test("get further columns with a file of their own")
  func afterMigration() async throws {
    try await database.order(1, closedOn: 0, reports: 1)
    try await database.archive(closedBeforeDay: 60)
    await database.close()
    let migrations =
      ArchiveSample.migrations + [
        Migration(version: 2, name: "add_lot", sql: "ALTER TABLE reports ADD COLUMN lot TEXT;")
      ]
    let later = try store.open(migrations: migrations)
    try await later.order(2, closedOn: 1, reports: 1)
    #expect(try await later.archive(closedBeforeDay: 60) == 1)
    #expect(files().count == 2)
    #expect(try store.archiveFindings().isEmpty)
    await later.close()
  }

  private func files() -> [String] {
    (FileManager.default.subpaths(atPath: "\(store.path).archives") ?? []).sorted()
  }

  private func change(_ file: String, _ sql: String) throws {
    let queue = try DatabaseQueue(path: "\(store.path).archives/\(file)")
    try queue.write { try $0.execute(sql: sql) }
    try queue.close()
  }
}
