import Environment
import Testing
import Values

@testable import RecordStore

@Suite("An audit")
struct DatabaseAuditTests {
  let store: Store
  private let signer = AuditSigner(keyID: "k1") { content in Array("k1".utf8) + content }

  init() throws { store = try Store() }

  private func append(_ count: Int, to database: RecordStore.Database) async throws {
    for number in 0..<count {
      try await database.write { transaction in
        try transaction.audit.append(
          AuditEntry(principal: "p\(number)", origin: "o", action: "a", object: "x"))
      }
    }
  }

  private func audit(_ path: String? = nil, heads: [SignedAuditHead] = []) throws
    -> DatabaseAudit.Report
  {
    try DatabaseAudit.verify(path ?? store.path, heads: heads, now: store.clock.now) { head in
      head.signature == Array("k1".utf8) + head.content
    }
  }

  @Test("reads beside the service, and says what has no signed head yet")
  func readsBesideTheService() async throws {
    let database = try store.open()
    try await append(3, to: database)
    try await database.signAuditHead(signer)
    try await append(2, to: database)
    let report = try audit()
    #expect(report.findings.isEmpty && report.incarnation == database.incarnation)
    #expect(report.entries == 5 && report.newest == 5 && report.signedThrough == 3)
    let heads = try DatabaseAudit.heads(store.path, after: 0, now: store.clock.now)
    #expect(heads.map(\.sequence) == [3])
    #expect(try DatabaseAudit.heads(store.path, after: 3, now: store.clock.now).isEmpty)
    await database.close()
  }

  @Test("finds what was changed, and with a head kept elsewhere what was cut off")
  func finds() async throws {
    let database = try store.open()
    try await append(4, to: database)
    let head = try #require(try await database.signAuditHead(signer))
    try await database.write { transaction in
      try transaction.execute("DELETE FROM rs_audit_heads")
      try transaction.execute("DELETE FROM rs_audit WHERE sequence = 4")
      try transaction.execute("UPDATE rs_audit SET object = 'y' WHERE sequence = 2")
    }
    #expect(try audit().findings == [.changed(sequence: 2)])
    #expect(
      try audit(heads: [head]).findings == [
        .changed(sequence: 2), .cutOff(newest: 3, head: 4),
      ])
    await database.close()
  }

  @Test("keeps a backup of a changed log from being made")
  func refusesBackup() async throws {
    let database = try store.open()
    try await append(3, to: database)
    try await database.write {
      try $0.execute("UPDATE rs_audit SET object = 'y' WHERE sequence = 2")
    }
    await #expect(throws: DatabaseFileError.self) {
      try await DatabaseBackup(database: store.path, target: store.directory + "/b.sqlite")
        .run(environment: store.environment)
    }
    await database.close()
  }

  @Test("refuses what is no database of ours, and names it")
  func refusesForeign() {
    #expect(throws: DatabaseFileError.missing(store.directory + "/none")) {
      try audit(store.directory + "/none")
    }
  }
}
