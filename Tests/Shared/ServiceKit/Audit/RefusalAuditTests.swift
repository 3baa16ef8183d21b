import Environment
import Foundation
import Identity
import Logging
import RecordStore
import Testing
import Values

@testable import ServiceKit

@Suite("Refusals for lack of rights")
final class RefusalAuditTests: Sendable {
  private let path: String
  private let database: Database
  private let clock: ManualClock
  private let subject: RefusalAudit
  private let log = LogLines()
  private let call = Call(
    principal: Principal(subject: "mes", kind: .partner, sites: [SiteCode("P")]),
    method: "p.S/M", origin: "10.0.0.7")

  init() throws {
    path = NSTemporaryDirectory() + "millrace-refusals-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let (environment, clock) = Environment.manual(seed: 1)
    self.clock = clock
    database = try Database.open(
      DatabaseConfiguration(path: path + "/records.sqlite"), migrations: [],
      environment: environment)
    subject = RefusalAudit(
      database, clock: clock,
      logger: Logger(label: "test", factory: { [log] _ in LogCollector(log) }),
      counts: RefusalCounts())
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  private func entries() async throws -> [AuditEntry] {
    try await database.read { try $0.auditRecords(after: 0, limit: 1_000) }.map(\.entry)
  }

  @Test("are written: who tried what, on which site, from where, and the reason")
  func written() async throws {
    await subject.record(.siteNotGranted("OTHER"), call)
    await subject.record(.notSystemOfRecord, call)
    #expect(
      try await entries() == [
        AuditEntry(
          principal: "mes", origin: "10.0.0.7", action: "p.S/M", object: "OTHER",
          outcome: "SITE_NOT_GRANTED"),
        AuditEntry(
          principal: "mes", origin: "10.0.0.7", action: "p.S/M", object: "",
          outcome: "NOT_SYSTEM_OF_RECORD"),
      ])
    await database.close()
  }

  @Test("are not confused with refusals for other reasons")
  func others() async throws {
    await subject.record(.siteUnknown("P2"), call)
    await subject.record(.invalidFields([FieldViolation("site", "is required")]), call)
    #expect(try await entries().isEmpty)
    await database.close()
  }

  @Test("can't fill the disk: beyond a burst one a second is written, and how many were not")
  func bounded() async throws {
    for _ in 0..<(RefusalAudit.burst + 40) { await subject.record(.notSystemOfRecord, call) }
    #expect(try await entries().count == Int(RefusalAudit.burst))
    clock.advance(milliseconds: 1_000)
    for _ in 0..<5 { await subject.record(.siteNotGranted("OTHER"), call) }
    let all = try await entries()
    #expect(all.count == Int(RefusalAudit.burst) + 1)
    #expect(all.last?.object == "OTHER (after 40 that are not written)")
    await database.close()
  }

  @Test("are answered as ever by a database that can't write")
  func unwritten() async throws {
    await database.close()
    await subject.record(.notSystemOfRecord, call)
    #expect(log.count(.warning, "a refusal is not in the audit log") == 1)
  }
}
