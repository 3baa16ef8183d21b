import Seeds
import Testing

@testable import Environment

@Suite("A token bucket")
struct TokenBucketTests {
  private static let second: Int64 = 1_000_000_000

  /// What a full bucket answers when so many are taken at these times, in nanoseconds.
  private func answers(
    burst: Int64, perSecond: Int64, _ steps: [(count: Int64, at: Int64)]
  ) -> [Bool] {
    var bucket = TokenBucket(
      burst: burst, perSecond: perSecond, atNanoseconds: steps.first?.at ?? 0)
    return steps.map { bucket.take($0.count, atNanoseconds: $0.at) }
  }

  @Test("gives its burst at once, then what comes back")
  func burstThenRate() {
    let half = Self.second / 2
    let answers = answers(
      burst: 3, perSecond: 2,
      [(1, 0), (1, 0), (1, 0), (1, 0), (1, half - 1), (1, half), (2, 2 * half), (2, 3 * half)])
    #expect(answers == [true, true, true, false, false, true, false, true])
  }

  @Test("says when there will be enough, and when never")
  func whenEnough() {
    var bucket = TokenBucket(burst: 4, perSecond: 2, atNanoseconds: 0)
    #expect(bucket.nanoseconds(until: 4, atNanoseconds: 0) == 0)
    #expect(bucket.nanoseconds(until: 5, atNanoseconds: 0) == nil)
    _ = bucket.take(4, atNanoseconds: 0)
    #expect(bucket.nanoseconds(until: 1, atNanoseconds: 0) == Self.second / 2)
    #expect(bucket.nanoseconds(until: 4, atNanoseconds: Self.second) == Self.second)
    #expect(bucket.usedPart(atNanoseconds: Self.second) == 0.5)
    #expect(bucket.available(atNanoseconds: 100 * Self.second) == 4)
    let dry = TokenBucket(burst: 1, perSecond: 0, atNanoseconds: 0)
    #expect(dry.nanoseconds(until: 2, atNanoseconds: 0) == nil)
  }

  @Test("refills nothing when the clock goes backwards, and no more than the burst when it jumps")
  func clockJumps() {
    let start = 10 * Self.second
    let answers = answers(
      burst: 2, perSecond: 1,
      [(2, start), (1, 0), (1, start), (2, Int64.max), (1, Int64.max)])
    #expect(answers == [true, false, false, true, false])
  }

  @Test("never gives more than burst and rate allow, whoever asks when")
  func property() {
    let seed = TestSeed(of: "token buckets")
    var random = seed.generator()
    for _ in 0..<200 {
      let burst = Int64.random(in: 1...50, using: &random)
      let perSecond = Int64.random(in: 0...100, using: &random)
      var bucket = TokenBucket(burst: burst, perSecond: perSecond, atNanoseconds: 0)
      var (now, given): (Int64, Int64) = (0, 0)
      for _ in 0..<100 {
        now += Int64.random(in: 0...Self.second / 5, using: &random)
        let count = Int64.random(in: 1...5, using: &random)
        if bucket.take(count, atNanoseconds: now) { given += count }
        let most = Double(burst) + Double(perSecond) * Double(now) / Double(Self.second)
        #expect(Double(given) <= most)
      }
    }
  }
}
