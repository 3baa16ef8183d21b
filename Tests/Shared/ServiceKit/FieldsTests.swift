import Contracts
import Protobuf
import RecordStore
import Testing
import Values

@testable import ServiceKit

@Suite("Field checks")
struct FieldsTests {
  private func violations(_ check: (inout Fields) -> Void) -> [FieldViolation] {
    var fields = Fields(now: Instant(seconds: 1_780_000_000))
    check(&fields)
    return fields.violations
  }

  @Test("Every violation is collected, in the order of the checks, with its path")
  func collected() {
    let found = violations { fields in
      _ = fields.site("a b")
      fields.inside("header") { _ = $0.text("", "source_system", SiteCode.rule) }
      _ = fields.each([1, 0], "lines", atMost: 2) { fields, number in
        fields.number(number, "line", 1...Int64.max)
      }
      _ = fields.amount(nil, "good", .zeroOrMore)
    }
    #expect(
      found == [
        FieldViolation("site", "may only hold A-Z a-z 0-9 . _ -"),
        FieldViolation("header.source_system", "is required"),
        FieldViolation("lines[1].line", "must be 1 or more"),
        FieldViolation("good", "is required"),
      ])
  }

  @Test("A list that is too long is reported and not looked at")
  func longList() {
    var looked = 0
    let found = violations { fields in
      _ = fields.each(Array(repeating: 0, count: 1_001), "lines", atMost: 1_000) { _, _ in
        looked += 1
      }
    }
    #expect(found == [FieldViolation("lines", "must have at most 1000 entries")])
    #expect(looked == 0)
  }

  @Test("Violations are bounded, however long a list of wrong entries is")
  func bounded() {
    let found = violations { fields in
      _ = fields.each(Array(repeating: Int64(0), count: 1_000), "lines", atMost: 1_000) {
        $0.number($1, "line", 1...5)
      }
    }
    #expect(found.count == Fields.maximumViolations)
  }

  @Test("A repeated key is reported where it is repeated")
  func unique() {
    let found = violations { $0.unique([1, 2, 1, 1], "lines", "line") { $0 } }
    #expect(found.map(\.field) == ["lines[2].line", "lines[3].line"])
  }

  /// Seconds and nanoseconds, and the microseconds they make.
  static let moments: [(Int64, Int32, Int64)] = [
    (946_684_800, 0, 946_684_800_000_000), (1_780_000_000, 999_999_999, 1_780_000_000_999_999),
    (1_780_000_000, 1_000, 1_780_000_000_000_001),
  ]

  @Test("A moment within its range is read to the microsecond", arguments: moments)
  func time(seconds: Int64, nanos: Int32, microseconds: Int64) {
    var fields = Fields(now: Instant(seconds: 0))
    let stamp = Google.ProtobufTypes.Timestamp.with {
      $0.seconds = seconds
      $0.nanos = nanos
    }
    let instant = fields.time(stamp, "at", Fields.earliest...Fields.latest)
    #expect(instant.microseconds == microseconds)
    #expect(fields.violations.isEmpty)
  }

  @Test("A moment and its contract form are each other's inverse, before 1970 too")
  func timestamps() {
    for microseconds in [Int64(0), 1, -1, 1_780_000_000_123_456, -1_780_000_000_123_456] {
      let stamp = Google.ProtobufTypes.Timestamp(Instant(microseconds: microseconds))
      #expect((0..<1_000_000_000).contains(stamp.nanos))
      #expect(stamp.seconds * 1_000_000 + Int64(stamp.nanos) / 1_000 == microseconds)
    }
  }

  @Test("A page token goes on in its own list only, and not after a restore")
  func pageTokens() throws {
    let incarnation = Incarnation(Identifier(high: 1, low: 2))
    let filters = ListFilters { $0.add("PLANT1") }
    let token = filters.response(after: "WH/MO/1.2.3", in: incarnation).nextPageToken
    let request = Common.V1.PageRequest.with { $0.pageToken = token }
    var fields = Fields(now: Instant(seconds: 0))
    let page = fields.page(request, of: filters)
    #expect(fields.violations.isEmpty)
    #expect(page.size == 100)
    #expect(try page.lastKey(in: incarnation) == "WH/MO/1.2.3")
    let restored = Incarnation(Identifier(high: 3, low: 4))
    #expect(throws: Refusal.feedRestored) { try page.lastKey(in: restored) }
    _ = fields.page(request, of: ListFilters { $0.add("PLANT2") })
    #expect(fields.violations.map(\.field) == ["page.page_token"])
    #expect(filters.response(after: nil, in: incarnation).nextPageToken.isEmpty)
  }
}
