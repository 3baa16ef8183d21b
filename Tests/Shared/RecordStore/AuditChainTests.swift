import Environment
import GRDB
import Testing
import Values

@testable import RecordStore

@Suite("The audit chain")
struct AuditChainTests {
  let store: Store
  /// Signs with nothing but its name; what a real key does is Identity's business.
  private let signer = AuditSigner(keyID: "k1") { content in Array("k1".utf8) + content }

  init() throws { store = try Store() }

  private func isGenuine(_ head: SignedAuditHead) -> Bool {
    head.keyID == "k1" && head.signature == Array("k1".utf8) + head.content
  }

  private func append(_ count: Int, to database: RecordStore.Database) async throws {
    for number in 0..<count {
      try await database.write { transaction in
        try transaction.audit.append(
          AuditEntry(principal: "p\(number)", origin: "o", action: "a", object: "x"))
      }
    }
  }

  private func findings(
    _ database: RecordStore.Database, heads: [SignedAuditHead] = []
  ) async throws -> [AuditVerifier.Finding] {
    var verifier = AuditVerifier(heads: heads, isGenuine: isGenuine)
    while true {
      let after = verifier.sequence
      // Small pages, so that the chain crosses some.
      let page = try await database.read { try $0.linkedAuditRecords(after: after, limit: 3) }
      if page.isEmpty { return verifier.finish() }
      verifier.check(page)
    }
  }

  @Test("is whole after refused writes, failed batches and a restart")
  func staysWhole() async throws {
    let faults = CommitFaults()
    var database = try store.open(seams: faults.seams)
    try await append(4, to: database)
    await #expect(throws: Refusal(number: 1)) {
      try await database.write { transaction in
        try transaction.audit.append(
          AuditEntry(principal: "refused", origin: "o", action: "a", object: "x"))
        throw Refusal(number: 1)
      }
    }
    faults.schedule([.rollBackAndFail(.SQLITE_NOMEM)])
    try await append(2, to: database)
    await database.close()
    database = try store.open()
    try await append(3, to: database)
    #expect(try await findings(database).isEmpty)
    #expect(try await database.read { try $0.auditHead.sequence } == 9)
    await database.close()
  }

  @Test(
    "shows whatever is done to an entry",
    arguments: [
      ("UPDATE rs_audit SET object = 'y' WHERE sequence = 4", [.changed(sequence: 4)]),
      ("UPDATE rs_audit SET at = at + 1 WHERE sequence = 1", [.changed(sequence: 1)]),
      ("UPDATE rs_audit SET digest_after = x'00' WHERE sequence = 8", [.changed(sequence: 8)]),
      (
        "DELETE FROM rs_audit WHERE sequence IN (4, 5)",
        [.missing(first: 4, last: 5), .changed(sequence: 6)]
      ),
      (
        """
        UPDATE rs_audit SET principal = CASE sequence WHEN 3 THEN 'p3' ELSE 'p2' END
        WHERE sequence IN (3, 4)
        """, [.changed(sequence: 3), .changed(sequence: 4)]
      ),
      (
        "UPDATE rs_audit SET link = x'\(String(repeating: "1", count: 64))' WHERE sequence = 5",
        [.changed(sequence: 5), .changed(sequence: 6)]
      ),
      (
        "UPDATE rs_audit SET link = zeroblob(32) WHERE sequence = 5",
        [.unlinked(sequence: 5), .changed(sequence: 6)]
      ),
    ] as [(String, [AuditVerifier.Finding])])
  func findsChanges(sql: String, expected: [AuditVerifier.Finding]) async throws {
    let database = try store.open()
    try await append(8, to: database)
    #expect(try await findings(database).isEmpty)
    _ = try await database.write { try $0.execute(sql) }
    #expect(try await findings(database) == expected)
    await database.close()
  }

  @Test("signs a head once, and again when there are further entries")
  func signsHeads() async throws {
    let database = try store.open()
    #expect(try await database.signAuditHead(signer) == nil)
    try await append(3, to: database)
    let head = try #require(try await database.signAuditHead(signer))
    #expect(head.sequence == 3 && head.incarnation == database.incarnation && isGenuine(head))
    #expect(try await database.signAuditHead(signer) == nil)
    try await append(1, to: database)
    #expect(try await database.signAuditHead(signer)?.sequence == 4)
    let heads = try await database.read { try $0.signedAuditHeads(after: 0, limit: 10) }
    #expect(heads.map(\.sequence) == [3, 4] && heads[0] == head)
    #expect(try await findings(database, heads: heads).isEmpty)
    await database.close()
  }

  @Test("shows by a head kept elsewhere that the end was cut off")
  func findsTruncation() async throws {
    let database = try store.open()
    try await append(5, to: database)
    let head = try #require(try await database.signAuditHead(signer))
    try await database.write { try $0.execute("DELETE FROM rs_audit WHERE sequence > 3") }
    #expect(try await findings(database).isEmpty)
    #expect(try await findings(database, heads: [head]) == [.cutOff(newest: 3, head: 5)])
    await database.close()
  }

  @Test("shows by a head kept elsewhere that the log was written anew with links that fit")
  func findsRewriting() async throws {
    let database = try store.open()
    try await append(5, to: database)
    let head = try #require(try await database.signAuditHead(signer))
    try await database.write { transaction in
      let records = try transaction.auditRecords(after: 0, limit: 10)
      try transaction.execute("DELETE FROM rs_audit")
      transaction.heads.audit = .none
      for record in records {
        try transaction.audit.append(
          AuditEntry(
            principal: record.sequence == 2 ? "somebody else" : record.entry.principal,
            origin: "o", action: "a", object: "x"))
      }
    }
    #expect(try await findings(database).isEmpty)
    #expect(try await findings(database, heads: [head]) == [.rewritten(sequence: 5)])
    await database.close()
  }

  @Test("believes no head that another key, or nobody, has signed")
  func judgesSignatures() async throws {
    let database = try store.open()
    try await append(2, to: database)
    let head = try #require(try await database.signAuditHead(signer))
    let forged = SignedAuditHead(
      sequence: 1, link: head.link, incarnation: head.incarnation, signedAt: head.signedAt,
      keyID: "k1", signature: head.signature)
    #expect(
      try await findings(database, heads: [forged]) == [
        .badSignature(sequence: 1, keyID: "k1"), .rewritten(sequence: 1),
      ])
    await database.close()
  }
}
