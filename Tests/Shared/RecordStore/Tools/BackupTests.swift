import Environment
import Foundation
import GRDB
import Testing
import Values

@testable import RecordStore

@Suite("Backups", .timeLimit(.minutes(2)))
struct BackupTests {
  let store: Store

  init() throws { store = try Store() }

  @discardableResult
  private func backup(to target: String? = nil, replacing: Bool = false) async throws
    -> DatabaseBackup.Report
  {
    try await DatabaseBackup(
      database: store.path, target: target ?? store.backup, replacesTarget: replacing
    ).run(environment: store.environment)
  }

  private func refusal(_ body: () async throws -> Void) async -> DatabaseFileError? {
    do { try await body() } catch { return error as? DatabaseFileError }
    return nil
  }

  /// What is in the directory, without the files that belong to the open database.
  private func strangers() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: store.directory)
      .filter { !$0.hasPrefix("records.sqlite") }.sorted()
  }

  @Test("hold everything that was answered before they began, and nothing in part, under load")
  func isConsistentUnderLoad() async throws {
    let database = try store.open()
    let environment = store.environment
    let answered = Shared<Set<Identifier>>([])
    let writers = (0..<4).map { _ in
      Task {
        // Each write is a report and its event: a backup with one without the other is torn.
        while !Task.isCancelled {
          let id = environment.identifiers.next()
          try await database.write { transaction in
            try transaction.execute("INSERT INTO reports (id, good) VALUES (?, 1)", id)
            try transaction.outbox.append(event(id.description))
          }
          answered.withLock { _ = $0.insert(id) }
        }
      }
    }
    for round in 0..<5 {
      let before = answered.withLock { $0 }
      try await eventually("the writers write") { answered.withLock { $0.count } > before.count }
      let known = answered.withLock { $0 }
      let report = try await backup(to: store.directory + "/backup-\(round)")
      let copy = try DatabaseQueue(path: report.path)
      let (reports, events) = try await copy.read { connection in
        (
          try Data.fetchSet(connection, sql: "SELECT id FROM reports"),
          try String.fetchSet(connection, sql: "SELECT key FROM rs_outbox")
        )
      }
      try copy.close()
      #expect(Set(reports.compactMap { Identifier(bytes: Array($0))?.description }) == events)
      #expect(known.allSatisfy { events.contains($0.description) })
      #expect(report.facts.newestEvent == Int64(events.count))
    }
    for writer in writers { writer.cancel() }
    for writer in writers { _ = await writer.result }
    await database.close()
  }

  @Test("keep the incarnation, say what is in them, and stand alone without a log beside them")
  func standsAlone() async throws {
    let database = try store.open()
    try await database.write { transaction in
      try transaction.outbox.append(event())
      try transaction.audit.append(
        AuditEntry(principal: "p", origin: "o", action: "a", object: "x"))
    }
    let report = try await backup()
    #expect(report.facts.incarnation == database.incarnation)
    #expect(report.facts.newestEvent == 1)
    #expect(report.facts.auditSequence == 1)
    #expect(report.bytes == FileSteps.size(store.backup))
    #expect(try strangers() == ["backup"])
    let mode = try await DatabaseQueue(path: store.backup).read {
      try String.fetchOne($0, sql: "PRAGMA journal_mode")
    }
    #expect(mode == "delete")
    await database.close()
  }

  @Test("are made of a database that nobody has open, and of one whose service was killed")
  func copiesClosedDatabase() async throws {
    let database = try store.open()
    try await database.report(good: 7, store.environment)
    // As a kill leaves them: the file, and the log that holds all of it.
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(
        atPath: store.path + suffix, toPath: store.directory + "/killed" + suffix)
    }
    await database.close()
    for path in [store.path, store.directory + "/killed"] {
      try await DatabaseBackup(database: path, target: store.backup, replacesTarget: true)
        .run(environment: store.environment)
      let count = try await DatabaseQueue(path: store.backup).read {
        try Int.fetchOne($0, sql: "SELECT count(*) FROM reports WHERE good = 7")
      }
      #expect(count == 1)
    }
  }

  @Test("replace an older backup only when they are told to")
  func replacesOnlyWhenTold() async throws {
    let database = try store.open()
    try await backup()
    let first = try Data(contentsOf: URL(fileURLWithPath: store.backup))
    try await database.report(good: 1, store.environment)
    #expect(await refusal { _ = try await backup() } == .targetExists(store.backup))
    #expect(try Data(contentsOf: URL(fileURLWithPath: store.backup)) == first)
    _ = try await backup(replacing: true)
    #expect(try Data(contentsOf: URL(fileURLWithPath: store.backup)) != first)
    #expect(try strangers() == ["backup"])
    await database.close()
  }

  @Test("never replace a database, whatever they are told")
  func neverReplacesDatabase() async throws {
    let database = try store.open()
    let refused = await refusal { _ = try await backup(to: store.path, replacing: true) }
    #expect(refused == .companion(store.path + "-wal"))
    await database.close()
    let same = await refusal { _ = try await backup(to: store.path, replacing: true) }
    #expect(same == .sameFile(store.path) || same == .companion(store.path + "-wal"))
    let other = try Store(seed: 2)
    await (try other.open()).close()
    let stranger = await refusal { _ = try await backup(to: other.path, replacing: true) }
    #expect(stranger == .targetIsDatabase(other.path))
    await (try other.open()).close()
  }

  @Test("refuse what is no database of ours, and leave nothing behind")
  func refusesForeignSources() async throws {
    #expect(await refusal { _ = try await backup() } == .missing(store.path))
    try Data("hello".utf8).write(to: URL(fileURLWithPath: store.path))
    #expect(await refusal { _ = try await backup() } == .foreign(store.path))
    try FileManager.default.removeItem(atPath: store.path)
    let queue = try DatabaseQueue(path: store.path)
    try await queue.write { try $0.execute(sql: "CREATE TABLE players (name TEXT)") }
    try queue.close()
    #expect(await refusal { _ = try await backup() } == .foreign(store.path))
    #expect(try strangers() == [])
  }

  @Test("are not made of a damaged database: the check names what it found")
  func refusesDamagedDatabase() async throws {
    let database = try store.open()
    for good in 1...500 { try await database.report(good: Int64(good), store.environment) }
    await database.close()
    try store.damage(table: "reports")
    guard case .damaged(_, let findings) = await refusal({ _ = try await backup() }) else {
      Issue.record("the damage was copied")
      return
    }
    #expect(!findings.isEmpty)
    #expect(try strangers() == [])
  }

  @Test("that are cancelled leave nothing behind")
  func leavesNothingWhenCancelled() async throws {
    let database = try store.open()
    for good in 1...50 { try await database.report(good: Int64(good), store.environment) }
    let (store, environment) = (store, store.environment)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await DatabaseBackup(database: store.path, target: store.backup)
        .run(environment: environment)
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try strangers() == [])
    await database.close()
  }

  @Test("are no databases: a service does not start with one")
  func isNoDatabase() async throws {
    await (try store.open()).close()
    _ = try await backup(to: store.directory + "/copy")
    try FileManager.default.removeItem(atPath: store.path)
    try FileManager.default.moveItem(atPath: store.directory + "/copy", toPath: store.path)
    #expect {
      try store.open()
    } throws: { error in
      guard case .notARecordStore(let sentence) = error as? RecordStoreError else { return false }
      return sentence.contains("millrace restore")
    }
  }
}
