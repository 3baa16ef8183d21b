import Testing

@testable import RPC

@Suite struct `The flood guard` {
  private static let second: Int64 = 1_000_000_000

  @Test func `takes a burst of resets and then so many per second`() {
    var subject = FloodGuard(limits: Limits(), nowNanoseconds: 0)
    let taken1 = subject.taken(of: 150, .reset, at: 0)
    #expect(taken1 == 100)
    let taken2 = subject.taken(of: 50, .reset, at: Self.second)
    #expect(taken2 == 10)
  }

  @Test func `grants as many resets in the plant as the connection may have calls`() {
    var subject = FloodGuard(limits: .inPlant, nowNanoseconds: 0)
    let taken = subject.taken(of: 5_000, .reset, at: 0)
    #expect(taken == 1_000)
  }

  @Test func `never saves up more resets than a burst`() {
    var subject = FloodGuard(limits: Limits(), nowNanoseconds: 0)
    let after = 1_000_000 * Self.second
    let taken3 = subject.taken(of: 500, .reset, at: after)
    #expect(taken3 == 100)
  }

  @Test(arguments: [
    (FloodGuard.Event.glitch, Limits().glitches),
    (.controlFrame, Limits().controlFrames),
  ])
  func `takes so many events per window and starts over in the next`(
    event: FloodGuard.Event, limit: Int
  ) {
    var subject = FloodGuard(limits: Limits(), nowNanoseconds: 0)
    let taken4 = subject.taken(of: limit + 10, event, at: 1)
    #expect(taken4 == limit)
    let next = Int64(Limits().floodWindowMilliseconds) * 1_000_000
    let taken5 = subject.taken(of: 1, event, at: next)
    #expect(taken5 == 1)
  }

  @Test func `says how much was misuse: every glitch, a quarter of the resets, no PING`() {
    var subject = FloodGuard(limits: Limits(), nowNanoseconds: 0)
    #expect(subject.misusedPart(atNanoseconds: 0) == 0)
    _ = subject.taken(of: Limits().controlFrames, .controlFrame, at: 0)
    #expect(subject.misusedPart(atNanoseconds: 0) == 0)
    _ = subject.taken(of: Limits().resetsReceived, .reset, at: 0)
    #expect(subject.misusedPart(atNanoseconds: 0) == 0.25)
    _ = subject.taken(of: Limits().glitches / 2, .glitch, at: 0)
    #expect(subject.misusedPart(atNanoseconds: 0) == 0.5)
  }

  @Test func `forgets misuse as the window passes and resets come back`() {
    var subject = FloodGuard(limits: Limits(), nowNanoseconds: 0)
    _ = subject.taken(of: Limits().glitches, .glitch, at: 0)
    _ = subject.taken(of: Limits().resetsReceived, .reset, at: 0)
    #expect(subject.misusedPart(atNanoseconds: 5 * Self.second) == 1)
    let window = Int64(Limits().floodWindowMilliseconds) * 1_000_000
    #expect(subject.misusedPart(atNanoseconds: window) == 0)
  }

  @Test func `lets a PING pass for every answer sent`() {
    var subject = FloodGuard(limits: Limits(), nowNanoseconds: 0)
    subject.recordAnswers(1_000)
    let taken6 = subject.taken(of: 2_000, .controlFrame, at: 1)
    #expect(taken6 == 1_000 + Limits().controlFrames)
  }
}

extension FloodGuard {
  /// How many of so many events at one moment (nanoseconds) it lets pass.
  fileprivate mutating func taken(of count: Int, _ event: Event, at nanoseconds: Int64) -> Int {
    var taken = 0
    for _ in 0..<count where record(event, atNanoseconds: nanoseconds) { taken += 1 }
    return taken
  }
}
