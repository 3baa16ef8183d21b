import Seeds
import Testing
import Values

@testable import Environment

@Suite struct `The file of a time zone` {
  private static func bytes(_ name: String) throws -> [UInt8] {
    try #require(ZoneFile.bytes(of: "\(IANATimeZone.directory)/\(name)"))
  }

  /// A file of the second version: its first block empty, so many changes, and a rule.
  private static func file(
    times: [Int64] = [], offsets: [Int32] = [0], rule: String, leapCount: UInt8 = 0
  ) -> [UInt8] {
    func header(_ times: Int, _ types: Int, _ leaps: UInt8) -> [UInt8] {
      let counts = [0, 0, leaps, UInt8(times), UInt8(types), 4]
      return ZoneFile.magic + Array("2".utf8) + [UInt8](repeating: 0, count: 15)
        + counts.flatMap { [0, 0, 0, $0] }
    }
    func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
    let name = Array("ABC\0".utf8)
    return header(0, 0, 0) + name + header(times.count, offsets.count, leapCount)
      + times.flatMap(bigEndian) + times.indices.map { UInt8($0 % offsets.count) }
      + offsets.flatMap { bigEndian($0) + [0, 0] } + name
      + [UInt8](repeating: 0, count: 12 * Int(leapCount)) + Array("\n\(rule)\n".utf8)
  }

  @Test func `is read`() throws {
    let file = try #require(
      ZoneFile(Self.file(times: [100, 200, 300], offsets: [3_600, 0], rule: "")))
    #expect(file.changes == [200, 300])
    #expect(file.offsets == [3_600, 0, 3_600])
    // The big bang is before everything that has a date: what was then is the first offset.
    let old = try #require(
      ZoneFile(Self.file(times: [-1 << 59, -1 << 58, 200], offsets: [60, 0], rule: "ABC0")))
    #expect(old.changes == [200])
    #expect(old.offsets == [0, 60])
  }

  @Test func `goes on with its rule after its last change`() throws {
    let last: Int64 = 1_767_225_600  // 2026-01-01
    let file = try #require(
      ZoneFile(
        Self.file(times: [last], offsets: [3_600], rule: "CET-1CEST,M3.5.0,M10.5.0/3")))
    let berlin = try IANATimeZone("Europe/Berlin")
    var moment = Instant(seconds: last)
    for change in file.changes {
      #expect(berlin.nextChange(after: moment) == Instant(seconds: change))
      moment = Instant(seconds: change)
    }
    #expect(file.changes.count == 150)
    #expect(moment.description == "2100-10-31T01:00:00Z")
  }

  @Test func `is refused when it is damaged`() throws {
    #expect(ZoneFile([]) == nil)
    #expect(ZoneFile(Self.file(rule: "nonsense rule")) == nil)
    #expect(ZoneFile(Self.file(rule: "ABC0", leapCount: 1)) == nil)
    #expect(ZoneFile(Self.file(times: [2, 1], rule: "ABC0")) == nil)
    #expect(ZoneFile(Self.file(times: [1, 1], rule: "ABC0")) == nil)
    #expect(ZoneFile(Self.file(times: [1 << 59], rule: "ABC0")) == nil)
    #expect(ZoneFile(Self.file(offsets: [93_600], rule: "ABC0")) == nil)
    #expect(ZoneFile(Self.file(offsets: [], rule: "ABC0")) == nil)
    #expect(ZoneFile(Self.file(rule: "ABC24ABD23,M13.1.0,M1.1.0")) == nil)
    let whole = try Self.bytes("Europe/Berlin")
    for count in 0..<whole.count - 1 {
      #expect(ZoneFile(Array(whole.prefix(count))) == nil, "\(count) bytes")
    }
    #expect(ZoneFile(whole + [0]) == nil)
  }

  @Test func `with any byte changed is refused or read, and asked without a trap`() throws {
    let seed = TestSeed(of: "damaged time zones")
    var random = seed.generator()
    let whole = try Self.bytes("America/New_York")
    for _ in 0..<3_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        // The rule at the end is short and says much.
        let start = Bool.random(using: &random) ? 0 : whole.count - 30
        bytes[.random(in: start..<whole.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      guard let file = ZoneFile(bytes) else { continue }
      #expect(file.offsets.count == file.changes.count + 1)
      #expect(zip(file.changes, file.changes.dropFirst()).allSatisfy { $0 < $1 })
    }
  }
}

@Suite struct `The rule of a time zone` {
  /// The changes of 2027 and their offsets, for people.
  private static func changes(_ text: String) throws -> [String] {
    let rule = try #require(ZoneRule(Array(text.utf8)[...]))
    let newYear: Int64 = 1_798_761_600  // 2027-01-01
    return rule.changes(after: newYear - 1, until: 2_027).map {
      "\(Instant(seconds: $0.at)) \($0.offset)"
    }
  }

  @Test(arguments: [
    ("CET-1CEST,M3.5.0,M10.5.0/3", ["2027-03-28T01:00:00Z 7200", "2027-10-31T01:00:00Z 3600"]),
    ("IST-1GMT0,M10.5.0,M3.5.0/1", ["2027-03-28T01:00:00Z 3600", "2027-10-31T01:00:00Z 0"]),
    ("NST3:30NDT,M3.2.0,M11.1.0", ["2027-03-14T05:30:00Z -9000", "2027-11-07T04:30:00Z -12600"]),
    (
      "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
      ["2027-04-03T15:00:00Z 37800", "2027-10-02T15:30:00Z 39600"]
    ),
    (
      "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
      ["2027-03-28T01:00:00Z -3600", "2027-10-31T01:00:00Z -7200"]
    ),
    (
      "EET-2EEST,M3.4.4/50,M10.4.4/50",
      ["2027-03-27T00:00:00Z 10800", "2027-10-29T23:00:00Z 7200"]
    ),
    ("AAA0BBB,J59/0,J60/0", ["2027-02-28T00:00:00Z 3600", "2027-02-28T23:00:00Z 0"]),
    ("AAA0BBB,0/0,364/24", ["2027-01-01T00:00:00Z 3600", "2027-12-31T23:00:00Z 0"]),
    ("AAA0BBB,M12.5.5/1,M2.1.1/1:30:15", ["2027-02-01T00:30:15Z 0", "2027-12-31T01:00:00Z 3600"]),
    ("UTC0", []),
  ])
  func `says when the clocks are changed`(text: String, changes: [String]) throws {
    #expect(try Self.changes(text) == changes)
  }

  @Test func `may be summer time all the year`() throws {
    let rule = try #require(ZoneRule(Array("AAA5BBB,0/0,J365/25".utf8)[...]))
    let changes = rule.changes(after: 0, until: 2_100)
    #expect(Set(changes.dropLast().map(\.offset)) == [-14_400])
  }

  @Test func `knows 29 February`() throws {
    let rule = try #require(ZoneRule(Array("AAA0BBB,59/0,J60/0".utf8)[...]))
    let leap = rule.changes(after: 1_830_297_600 - 1, until: 2_028).map {
      Instant(seconds: $0.at).description
    }
    #expect(leap == ["2028-02-29T00:00:00Z", "2028-02-29T23:00:00Z"])
  }

  @Test(arguments: [
    "", "CET", "-1", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M10.5.0/3,", "CET-25",
    "CET-1CEST,M0.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0",
    "CET-1CEST,J0,J9", "CET-1CEST,366,9", "CET-1CEST,M3.5.0/168,M10.5.0", "<+01-1", "CET-1:60",
    "CET-1CEST,M3.5.0,M10.5.0/", "CET-1CEST;M3.5.0,M10.5.0", "CET-1 ", "CET--1", "CET-0001",
  ])
  func `is refused when it is none`(text: String) {
    #expect(ZoneRule(Array(text.utf8)[...]) == nil)
  }
}
