import Environment
import Testing
import Values

@testable import RecordStore

@Suite("The audit log")
struct AuditTests {
  let store: Store

  init() throws { store = try Store() }

  @Test("keeps who did what to what, when and from where, numbered without gaps")
  func keepsEntries() async throws {
    let database = try store.open()
    let full = AuditEntry(
      principal: "partner:ACME", origin: "10.0.0.7:5112",
      action: "millrace.production.v1.ProductionService/ReportProduction", object: "PLANT1 MO/1",
      outcome: "PERMISSION_DENIED", correlation: "c-1", digestBefore: [1], digestAfter: [2, 3])
    let short = AuditEntry(principal: "p", origin: "o", action: "a", object: "x")
    let sequences = try await database.write { transaction in
      [try transaction.audit.append(full), try transaction.audit.append(short)]
    }
    #expect(sequences == [1, 2])
    await #expect(throws: Refusal(number: 1)) {
      try await database.write { transaction in
        try transaction.audit.append(short)
        throw Refusal(number: 1)
      }
    }
    #expect(try await database.write { try $0.audit.append(full) } == 3)
    let records = try await database.read { try $0.auditRecords(after: 0, limit: 10) }
    let now = store.environment.clock.now
    #expect(
      records == [
        AuditRecord(sequence: 1, at: now, entry: full),
        AuditRecord(sequence: 2, at: now, entry: short),
        AuditRecord(sequence: 3, at: now, entry: full),
      ])
    let page = try await database.read { try $0.auditRecords(after: 1, limit: 1) }
    #expect(page.map(\.sequence) == [2])
    await database.close()
  }
}
