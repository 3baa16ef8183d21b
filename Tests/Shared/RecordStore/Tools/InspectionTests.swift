import Environment
import GRDB
import Testing
import Values

@testable import RecordStore

@Suite("Inspections")
struct InspectionTests {
  let store: Store

  init() throws { store = try Store() }

  private func inspect(_ path: String? = nil, checking: Bool = false) async throws
    -> DatabaseInspection
  {
    try await DatabaseInspection.of(
      path ?? store.path, environment: store.environment, checking: checking)
  }

  @Test("show a database that is in use: sizes, rows, migrations, the newest sequences")
  func showsOpenDatabase() async throws {
    let database = try store.open()
    for good in 1...3 { try await database.report(good: Int64(good), store.environment) }
    try await database.write { transaction in
      try transaction.outbox.append(event())
      try transaction.audit.append(
        AuditEntry(principal: "p", origin: "o", action: "a", object: "x"))
    }
    let found = try await inspect()
    #expect(!found.isBackup)
    #expect(found.facts.incarnation == database.incarnation)
    #expect(found.facts.newestEvent == 1 && found.facts.auditSequence == 1)
    #expect(found.facts.createdAt == store.clock.now)
    #expect(found.tables.first { $0.name == "reports" }?.rows == 3)
    #expect(found.size.logBytes > 0 && found.size.pages > 0 && found.size.pageBytes > 0)
    #expect(found.check == nil)
    let migrations = found.migrations.map { "\($0.scope) \($0.version) \($0.state)" }
    #expect(
      migrations == StoreMigrations.all.map { "store \($0.version) same" } + ["service 1 unknown"])
    await database.close()
  }

  @Test("show how far a consumer is behind, and how long its oldest event has waited")
  func showsLag() async throws {
    let database = try store.open()
    for _ in 0..<3 {
      try await database.write { transaction in
        try transaction.outbox.register("gateway")
        try transaction.outbox.append(event())
      }
      store.clock.advance(milliseconds: 60_000)
    }
    try await database.write { try $0.outbox.acknowledge("gateway", through: 1) }
    var consumer = try #require(try await inspect().consumers.first)
    #expect(consumer.eventCount == 2)
    let oldest = try #require(consumer.oldestRecordedAt)
    #expect(store.clock.now.milliseconds(since: oldest) == 120_000)
    try await database.write { try $0.outbox.acknowledge("gateway", through: 3) }
    consumer = try #require(try await inspect().consumers.first)
    #expect(consumer.eventCount == 0 && consumer.oldestRecordedAt == nil)
    await database.close()
  }

  @Test("tell a backup from a database, and a migration of another program from ours")
  func tellsBackups() async throws {
    await (try store.open()).close()
    try await DatabaseBackup(database: store.path, target: store.backup)
      .run(environment: store.environment)
    let queue = try DatabaseQueue(path: store.backup)
    try await queue.write {
      try $0.execute(sql: "UPDATE rs_migrations SET hash = zeroblob(32) WHERE scope = 'store'")
      try $0.execute(
        sql: "INSERT INTO rs_migrations VALUES ('store', 99, 'later', zeroblob(32), 0)")
    }
    try queue.close()
    let found = try await inspect(store.backup)
    #expect(found.isBackup)
    let states = found.migrations.filter { $0.scope == "store" }.map(\.state)
    #expect(states == StoreMigrations.all.map { _ in .changed } + [.newer])
  }

  @Test("check the file when they are asked to")
  func checks() async throws {
    let database = try store.open()
    for good in 1...500 { try await database.report(good: Int64(good), store.environment) }
    #expect(try await inspect(checking: true).check == .sound)
    await database.close()
    try store.damage(table: "rs_fact_ledger")
    let found = try await inspect(checking: true)
    #expect(found.tables.filter { $0.rows == nil }.map(\.name) == ["rs_fact_ledger"])
    guard case .damaged(let findings) = found.check else {
      Issue.record("the damage was not found")
      return
    }
    #expect((1...DamageCheck.maximumFindings).contains(findings.count))
  }

  @Test("name the file that is not there, or not ours")
  func refuses() async throws {
    await #expect(throws: DatabaseFileError.missing(store.path)) { try await inspect() }
    let queue = try DatabaseQueue(path: store.path)
    try await queue.write { try $0.execute(sql: "CREATE TABLE players (name TEXT)") }
    try queue.close()
    await #expect(throws: DatabaseFileError.foreign(store.path)) { try await inspect() }
  }
}
