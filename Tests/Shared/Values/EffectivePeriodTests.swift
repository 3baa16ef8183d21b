import Testing
import Values

@Suite struct `An effective period` {
  private static func period(_ from: Int64?, _ until: Int64?) -> EffectivePeriod? {
    EffectivePeriod(
      from: from.map { Instant(seconds: $0) }, until: until.map { Instant(seconds: $0) })
  }

  @Test(
    arguments: [
      (1, 3, 0, false), (1, 3, 1, true), (1, 3, 2, true), (1, 3, 3, false),
      (nil, 3, -99, true), (1, nil, 99, true), (nil, nil, 0, true),
    ] as [(Int64?, Int64?, Int64, Bool)])
  func `holds from its beginning until before its end`(
    from: Int64?, until: Int64?, at: Int64, holds: Bool
  ) throws {
    #expect(try #require(Self.period(from, until)).contains(Instant(seconds: at)) == holds)
  }

  @Test(arguments: [(3, 3), (3, 1)])
  func `is not empty`(from: Int64, until: Int64) { #expect(Self.period(from, until) == nil) }

  @Test func `overlaps another one when there is a moment in both, whichever is asked`() throws {
    let bounds: [Int64?] = [nil, 0, 1, 2, 3]
    let periods = bounds.flatMap { from in bounds.compactMap { Self.period(from, $0) } }
    // Every moment at which one can begin or end, and one between each two.
    let moments = (-2...8).map { Instant(microseconds: $0 * 500_000) }
    for left in periods {
      for right in periods {
        let shared = moments.contains { left.contains($0) && right.contains($0) }
        #expect(left.overlaps(right) == shared, "\(left) and \(right)")
      }
    }
  }
}
