import Environment
import Foundation
import GRDB
import Testing
import Values

@testable import RecordStore

@Suite("Restores", .timeLimit(.minutes(2)))
struct RestoreTests {
  let store: Store

  init() throws { store = try Store() }

  @discardableResult
  private func restore() async throws -> DatabaseRestore.Report {
    try await DatabaseRestore(backup: store.backup, database: store.path)
      .run(environment: store.environment)
  }

  private func refusal() async -> DatabaseFileError? {
    do { try await restore() } catch { return error as? DatabaseFileError }
    return nil
  }

  /// A database with reports of the pieces 1 and 2, a backup of it, and a third report after that.
  private func backUpTwoOfThree() async throws -> Incarnation {
    let database = try store.open()
    for good in [1, 2] as [Int64] {
      try await database.report(good: good, store.environment)
      try await database.write { transaction in
        try transaction.outbox.register("gateway")
        try transaction.outbox.append(event("MO/\(good)"))
      }
    }
    try await database.write { try $0.outbox.acknowledge("gateway", through: 1) }
    try await DatabaseBackup(database: store.path, target: store.backup)
      .run(environment: store.environment)
    try await database.report(good: 3, store.environment)
    try await database.write { try $0.outbox.append(event("MO/3")) }
    await database.close()
    return database.incarnation
  }

  private func pieces(_ path: String) async throws -> [Int64] {
    let queue = try DatabaseQueue(path: path)
    let pieces = try await queue.read {
      try Int64.fetchAll($0, sql: "SELECT good FROM reports ORDER BY good")
    }
    try queue.close()
    return pieces
  }

  private func content(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }

  @Test("bring back the records, the feed and its consumers' positions as the backup has them")
  func bringsBackRecords() async throws {
    _ = try await backUpTwoOfThree()
    try await restore()
    #expect(try await pieces(store.path) == [1, 2])
    let database = try store.open()
    #expect(database.head == 2)
    let acknowledged = try await database.read { try $0.feed.consumer("gateway")?.acknowledged }
    #expect(acknowledged == 1)
    try await database.report(good: 4, store.environment)
    await database.close()
  }

  @Test(
    "give a new incarnation: a token of before is refused with feedRestored, one of after is not")
  func givesNewIncarnation() async throws {
    let old = try await backUpTwoOfThree()
    let report = try await restore()
    let database = try store.open()
    #expect(report.backup.incarnation == old)
    #expect(database.incarnation == report.incarnation && report.incarnation != old)
    #expect(throws: RecordStoreError.feedRestored(current: database.incarnation)) {
      try FeedToken(incarnation: old, sequence: 3).sequence(in: database.incarnation)
    }
    await database.close()
    store.clock.advance(milliseconds: 1_000)
    // The next restore of the same backup is another life again.
    #expect(try await restore().incarnation != report.incarnation)
  }

  @Test("keep the old file under a name with the date in it, whole")
  func keepsOldFile() async throws {
    _ = try await backUpTwoOfThree()
    let kept = try #require(try await restore().keptAs)
    #expect(kept == store.path + ".before-restore-2026-05-28T20-26-40Z")
    #expect(try await pieces(kept) == [1, 2, 3])
  }

  @Test("merge the log of a killed service into the old file, so that nothing of it is lost")
  func mergesLog() async throws {
    _ = try await backUpTwoOfThree()
    let database = try store.open()
    try await database.report(good: 4, store.environment)
    let killed = try ["", "-wal"].map { try content(store.path + $0) }
    await database.close()
    try killed[0].write(to: URL(fileURLWithPath: store.path))
    try killed[1].write(to: URL(fileURLWithPath: store.path + "-wal"))
    let kept = try #require(try await restore().keptAs)
    #expect(try await pieces(kept) == [1, 2, 3, 4])
    #expect(try await pieces(store.path) == [1, 2])
    #expect(!FileSteps.exists(store.path + "-wal"))
  }

  @Test("keep a damaged old file and its log beside each other, as they are")
  func keepsDamagedFileWithLog() async throws {
    _ = try await backUpTwoOfThree()
    let (page, log) = (Data(repeating: 0x41, count: 8_192), Data("a log".utf8))
    try page.write(to: URL(fileURLWithPath: store.path))
    try log.write(to: URL(fileURLWithPath: store.path + "-wal"))
    let kept = try #require(try await restore().keptAs)
    #expect(try content(kept) == page)
    #expect(try content(kept + "-wal") == log)
    #expect(try await pieces(store.path) == [1, 2])
  }

  @Test("make the database where there is none")
  func restoresToNewPlace() async throws {
    _ = try await backUpTwoOfThree()
    try FileManager.default.removeItem(atPath: store.path)
    #expect(try await restore().keptAs == nil)
    #expect(try await pieces(store.path) == [1, 2])
  }

  @Test("refuse a database in use, and name the process")
  func refusesDatabaseInUse() async throws {
    _ = try await backUpTwoOfThree()
    let database = try store.open()
    guard case .inUse(let sentence) = await refusal() else {
      Issue.record("a database in use was replaced")
      return
    }
    #expect(sentence.contains("process \(getpid())"))
    try await database.report(good: 5, store.environment)
    await database.close()
    #expect(try await pieces(store.path) == [1, 2, 3, 5])
  }

  @Test("refuse a damaged backup, and leave the database as it is")
  func refusesDamagedBackup() async throws {
    let database = try store.open()
    for good in 1...500 { try await database.report(good: Int64(good), store.environment) }
    try await DatabaseBackup(database: store.path, target: store.backup)
      .run(environment: store.environment)
    await database.close()
    let before = try content(store.path)
    try store.damage(table: "reports", in: store.backup)
    guard case .damaged(store.backup, let findings) = await refusal() else {
      Issue.record("a damaged backup was restored")
      return
    }
    #expect(!findings.isEmpty)
    #expect(try content(store.path) == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: store.directory).count == 3)
  }

  @Test("refuse a file that ends too early, an empty one, and one of another program")
  func refusesForeignBackups() async throws {
    _ = try await backUpTwoOfThree()
    let before = try content(store.path)
    let whole = try content(store.backup)
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: store.backup))
    guard case .damaged = await refusal() else {
      Issue.record("half a backup was restored")
      return
    }
    for text in ["", "hello", String(repeating: "hello", count: 10_000)] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: store.backup))
      #expect(await refusal() == .foreign(store.backup))
    }
    try FileManager.default.removeItem(atPath: store.backup)
    #expect(await refusal() == .missing(store.backup))
    let queue = try DatabaseQueue(path: store.backup)
    try await queue.write { try $0.execute(sql: "CREATE TABLE players (name TEXT)") }
    try queue.close()
    #expect(await refusal() == .foreign(store.backup))
    #expect(try content(store.path) == before)
  }

  @Test("refuse a backup that a newer program has made")
  func refusesNewerBackup() async throws {
    _ = try await backUpTwoOfThree()
    let known = StoreMigrations.all.count
    let queue = try DatabaseQueue(path: store.backup)
    try await queue.write {
      try $0.execute(
        sql: "INSERT INTO rs_migrations VALUES ('store', ?, 'x', zeroblob(32), 0)",
        arguments: [known + 1])
    }
    try queue.close()
    let newer = RecordStoreError.MigrationFailure.newerDatabase(
      scope: "store", database: known + 1, program: known)
    #expect(await refusal() == .schema(store.backup, newer))
  }

  @Test("do not replace the database of another program, nor a file by itself")
  func refusesForeignDatabase() async throws {
    _ = try await backUpTwoOfThree()
    let (foreign, environment) = (store.directory + "/players.sqlite", store.environment)
    let queue = try DatabaseQueue(path: foreign)
    try await queue.write { try $0.execute(sql: "CREATE TABLE players (name TEXT)") }
    try queue.close()
    await #expect(throws: DatabaseFileError.foreign(foreign)) {
      try await DatabaseRestore(backup: store.backup, database: foreign)
        .run(environment: environment)
    }
    await #expect(throws: DatabaseFileError.sameFile(store.backup)) {
      try await DatabaseRestore(backup: store.backup, database: store.backup)
        .run(environment: environment)
    }
  }

  @Test("find out that the records of a whole file contradict each other")
  func verifiesRecords() async throws {
    _ = try await backUpTwoOfThree()
    let queue = try DatabaseQueue(path: store.backup)
    try await queue.write { try $0.execute(sql: "UPDATE rs_consumers SET acknowledged = 99") }
    try queue.close()
    guard case .damaged(_, let findings) = await refusal() else {
      Issue.record("a consumer ahead of its feed was restored")
      return
    }
    #expect(findings == ["the consumer gateway has acknowledged more than there is"])
  }
}
