import Environment
import Testing
import Values

@testable import RecordStore

@Suite struct `A search of the audit log` {
  private static func entry(_ number: Int64) -> AuditEntry {
    AuditEntry(
      principal: number.isMultiple(of: 2) ? "even" : "odd", origin: "o", action: "a",
      object: "\(number)", outcome: number.isMultiple(of: 5) ? "REFUSED" : "OK",
      correlation: number == 7 ? "c" : "")
  }

  private static func find(
    _ search: AuditSearch, after: Int64 = 0, limit: Int = 100, of count: Int64 = 10
  ) async throws -> ([Int64], next: Int64?) {
    let store = try Store()
    let database = try store.open()
    try await database.write { transaction in
      for number in 1...count { try transaction.audit.append(entry(number)) }
    }
    let found = try await database.read {
      try $0.auditRecords(search, after: after, limit: limit)
    }
    await database.close()
    return (found.records.map(\.record.sequence), found.next)
  }

  @Test func `finds what has everything that is asked for`() async throws {
    for (search, wanted) in [
      (AuditSearch(), Array(1...10)), (AuditSearch(principal: "even"), [2, 4, 6, 8, 10]),
      (AuditSearch(refusedOnly: true), [5, 10]), (AuditSearch(correlation: "c"), [7]),
      (AuditSearch(principal: "even", refusedOnly: true), [10]),
      (AuditSearch(principal: "nobody"), []),
      (AuditSearch(since: Instant(seconds: 0)), Array(1...10)),
      (AuditSearch(until: Instant(seconds: 0)), []),
    ] as [(AuditSearch, [Int64])] {
      let (found, next) = try await Self.find(search)
      #expect(found == wanted)
      #expect(next == nil)
    }
  }

  @Test func `goes on where it has stopped`() async throws {
    let first = try await Self.find(AuditSearch(principal: "even"), limit: 2)
    #expect(first.0 == [2, 4] && first.next == 4)
    let last = try await Self.find(AuditSearch(principal: "even"), after: 4, limit: 3)
    #expect(last.0 == [6, 8, 10] && last.next == nil)
    #expect(try await Self.find(AuditSearch(), after: Int64.max).0.isEmpty)
  }

  @Test func `looks through so many at a time, however rare they are`() async throws {
    let count = AuditSearch.maximumSteps + 10
    let first = try await Self.find(AuditSearch(correlation: "none"), of: count)
    #expect(first.0.isEmpty && first.next == AuditSearch.maximumSteps)
  }
}
