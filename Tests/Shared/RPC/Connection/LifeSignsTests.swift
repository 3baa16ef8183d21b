import Testing

@testable import RPC

@Suite struct `A connection's signs of life` {
  private static let second: Int64 = 1_000_000_000
  private let limits: Limits = {
    var limits = Limits()
    limits.keepAliveMilliseconds = 10_000
    limits.idleMilliseconds = 60_000
    return limits
  }()

  @Test func `are asked for once when calls run and the peer is silent`() {
    var signs = LifeSigns(limits: limits, nowNanoseconds: 0)
    #expect(check(&signs, streams: 1, at: 10) == .fine)
    #expect(check(&signs, streams: 1, at: 19) == .fine)
    #expect(check(&signs, streams: 1, at: 20) == .ask)
    #expect(signs.isUnanswered)
    #expect(check(&signs, streams: 1, at: 30) == .fine)
    signs.heard()
    #expect(!signs.isUnanswered)
  }

  @Test func `are not needed without calls, nor while the peer speaks`() {
    var signs = LifeSigns(limits: limits, nowNanoseconds: 0)
    for seconds in stride(from: Int64(10), to: 60, by: 10) {
      #expect(check(&signs, streams: 0, at: seconds) == .fine)
    }
    var talking = LifeSigns(limits: limits, nowNanoseconds: 0)
    for seconds in stride(from: Int64(10), to: 500, by: 10) {
      talking.heard()
      #expect(check(&talking, streams: 1, at: seconds) == .fine)
    }
  }

  @Test func `end when there was no call for long enough`() {
    var signs = LifeSigns(limits: limits, nowNanoseconds: 0)
    #expect(check(&signs, streams: 0, begun: 0, at: 59) == .fine)
    // A call that came and went between two looks counts.
    #expect(check(&signs, streams: 0, begun: 1, at: 69) == .fine)
    #expect(check(&signs, streams: 0, begun: 1, at: 128) == .fine)
    #expect(check(&signs, streams: 0, begun: 1, at: 129) == .idle)
  }

  @Test func `never end a connection that is kept for ever`() {
    var forever = limits
    forever.idleMilliseconds = 0
    var signs = LifeSigns(limits: forever, nowNanoseconds: 0)
    #expect(check(&signs, streams: 0, at: 1_000_000) == .fine)
  }

  private func check(
    _ signs: inout LifeSigns, streams: Int, begun: Int = 0, at seconds: Int64
  ) -> LifeSigns.Verdict {
    signs.check(
      openStreams: streams, streamsBegun: begun, atNanoseconds: seconds * Self.second)
  }
}
