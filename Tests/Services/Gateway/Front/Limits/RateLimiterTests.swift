import Environment
import Identity
import NIOCore
import RPC
import ServiceKit
import Testing
import Values

@testable import GatewayFront

@Suite("Rate limiter", .timeLimit(.minutes(1)))
struct RateLimiterTests {
  private let clock: ManualClock
  private let limiter: RateLimiter
  private let costByPath: [String: Int64] = ["/list": 5, "/all": 1_000]
  private static let limits = CallLimits(callsPerSecond: 50, burst: 100, concurrentCalls: 10)

  init() {
    clock = Environment.manual(seed: 1).clock
    limiter = RateLimiter(clock: clock)
  }

  /// Begins a call and ends it; the refusal, if it was refused.
  private func call(
    _ partner: String = "mes", path: String = "/call", _ limits: CallLimits = limits
  ) -> Refusal? {
    do throws(Refusal) {
      _ = try limiter.begin(partner, limits, cost: costByPath[path, default: 1])
    } catch {
      return error
    }
    limiter.end(partner)
    return nil
  }

  @Test("A partner at ten times its rate gets its rate, and another one does not notice")
  func tenTimes() {
    var (fast, slow) = (0, 0)
    let seconds = 60
    for tick in 0..<seconds * 500 {
      clock.advance(milliseconds: 2)
      if call("fast") == nil { fast += 1 }
      // Forty a second, evenly.
      if tick % 12 == 0, call("slow") == nil { slow += 1 }
    }
    let expected = Double(100 + seconds * 50)
    #expect((0.95...1.05).contains(Double(fast) / expected))
    #expect(slow == seconds * 500 / 12)
  }

  @Test("A refusal says whose limit it is and exactly when to try again")
  func retryDelay() throws {
    for _ in 0..<100 { #expect(call() == nil) }
    let refusal = try #require(call())
    #expect(refusal.code == .resourceExhausted && refusal.reason == "RATE_EXCEEDED")
    #expect(refusal.quota?.subject == "partner:mes")
    let delay = try #require(refusal.retryDelayMilliseconds)
    #expect(delay == 21)
    clock.advance(milliseconds: delay - 2)
    #expect(call() != nil)
    clock.advance(milliseconds: 2)
    #expect(call() == nil)
  }

  @Test("A list counts for several calls; one that counts for more than the burst needs a full one")
  func costs() {
    for _ in 0..<20 { #expect(call(path: "/list") == nil) }
    #expect(call(path: "/list")?.reason == "RATE_EXCEEDED")
    clock.advance(milliseconds: 1_999)
    #expect(call(path: "/all") != nil)
    clock.advance(milliseconds: 1)
    #expect(call(path: "/all") == nil)
  }

  @Test("Calls under way are bounded, and those that have ended make room")
  func underWay() throws {
    for _ in 0..<10 { _ = try limiter.begin("mes", Self.limits, cost: 1) }
    let refusal = try #require(call())
    #expect(refusal.reason == "TOO_MANY_CALLS_UNDER_WAY")
    #expect(refusal.retryDelayMilliseconds != nil)
    #expect(call("other") == nil)
    limiter.end("mes")
    #expect(call() == nil)
  }

  @Test("What is left is told, and when all of it is there again")
  func allowance() throws {
    let first = try limiter.begin("mes", Self.limits, cost: 5)
    #expect(first == RateLimiter.Allowance(limit: 100, remaining: 95, resetSeconds: 1))
    for _ in 0..<9 { _ = try limiter.begin("mes", Self.limits, cost: 5) }
    limiter.end("mes")
    let last = try limiter.begin("mes", Self.limits, cost: 1)
    #expect(last == RateLimiter.Allowance(limit: 100, remaining: 49, resetSeconds: 2))
  }

  @Test("New limits hold at once, and calls under way are still counted")
  func newLimits() throws {
    for _ in 0..<9 { _ = try limiter.begin("mes", Self.limits, cost: 1) }
    let narrow = CallLimits(callsPerSecond: 1, burst: 1, concurrentCalls: 10)
    #expect(call(narrow) == nil)
    #expect(call(narrow)?.reason == "RATE_EXCEEDED")
    let fewer = CallLimits(callsPerSecond: 50, burst: 100, concurrentCalls: 9)
    #expect(call(fewer)?.reason == "TOO_MANY_CALLS_UNDER_WAY")
  }

  private func call(_ limits: CallLimits) -> Refusal? { call("mes", path: "/call", limits) }

  @Test("Through the front every answer tells what is left, and a refusal has its quota")
  func throughTheFront() async throws {
    let limits = CallLimits(callsPerSecond: 1, burst: 3, concurrentCalls: 5)
    try await Backend.run(.unary { request, _ in request }, limits: limits) { backend in
      for remaining in [2, 1, 0] {
        let response = try await backend.client.unary(
          path: Backend.callPath, ByteBuffer(string: "x"), options: backend.options())
        #expect(response.initialMetadata["ratelimit-limit"] == "3")
        #expect(response.initialMetadata["ratelimit-remaining"] == "\(remaining)")
        #expect(response.initialMetadata["ratelimit-reset"] == "\(3 - remaining)")
      }
      let status = try await backend.refusal(options: try backend.options())
      let refusal = Refusal(status)
      #expect(refusal.reason == "RATE_EXCEEDED" && refusal.quota?.subject == "partner:mes-line-1")
      #expect((1...1_001).contains(refusal.retryDelayMilliseconds ?? 0))
    }
  }

  @Test("Streams count as long as they run, however they end")
  func streams() async throws {
    let limits = CallLimits(callsPerSecond: 100, burst: 100, concurrentCalls: 1)
    let handler = MethodHandler.serverStreaming { _, _, responses in
      try await responses.sendInitialMetadata()
      try await Task.sleep(for: .seconds(3_600))
    }
    try await Backend.run(handler, limits: limits) { backend in
      for _ in 0..<3 {
        let watch = try await openWatch(backend)
        let status = try await backend.refusal(
          path: Backend.watchPath, options: try backend.options())
        #expect(Refusal(status).reason == "TOO_MANY_CALLS_UNDER_WAY")
        watch.cancel()
      }
    }
  }

  /// A watch that stands: the Gateway hears of the end of the one before a moment later.
  private func openWatch(_ backend: Backend) async throws -> ClientResponseStream {
    while true {
      let watch = try await backend.client.serverStreaming(
        path: Backend.watchPath, ByteBuffer(), options: backend.options())
      if (try? await watch.initialMetadata()) != nil { return watch }
      await Task.yield()
    }
  }

  @Test("A partner makes the calls of its day, and is told how long the day still lasts")
  func dailyQuota() throws {
    var limits = Self.limits
    limits.callsPerDay = 5
    for _ in 0..<5 { #expect(call("mes", limits) == nil) }
    let refusal = try #require(call("mes", limits))
    #expect(refusal.code == .resourceExhausted)
    #expect(refusal.reason == "DAILY_QUOTA_EXCEEDED")
    #expect(refusal.quota?.subject == "partner:mes")
    let midnight = CalendarDay(clock.now).advanced(days: 1).start
    #expect(refusal.retryDelayMilliseconds == midnight.milliseconds(since: clock.now))
    #expect(call("other", limits) == nil)
    clock.advance(milliseconds: midnight.milliseconds(since: clock.now) - 1)
    #expect(call("mes", limits) != nil)
    clock.advance(milliseconds: 1)
    #expect(call("mes", limits) == nil)
  }

  @Test("A limit of the day that is set during it counts what was called before")
  func dailyQuotaSetLater() {
    for _ in 0..<3 { #expect(call() == nil) }
    var limits = Self.limits
    limits.callsPerDay = 3
    #expect(call("mes", limits)?.reason == "DAILY_QUOTA_EXCEEDED")
  }

  @Test("What is free is answered when the day is used up, and takes nothing of it")
  func freeCalls() throws {
    var limits = Self.limits
    limits.callsPerDay = 1
    _ = try limiter.begin("mes", limits, cost: 1, isCharged: false)
    #expect(call("mes", limits) == nil)
    #expect(call("mes", limits)?.reason == "DAILY_QUOTA_EXCEEDED")
    _ = try limiter.begin("mes", limits, cost: 1, isCharged: false)
  }

  @Test("Calls before a restart count; calls that are refused do not")
  func dailyQuotaAcrossRestart() {
    var limits = Self.limits
    limits.callsPerDay = 5
    let restarted = RateLimiter(callsToday: ["mes": 4], clock: clock)
    func call() -> Bool { (try? restarted.begin("mes", limits, cost: 1)) != nil }
    limits.concurrentCalls = 0
    #expect(!call())
    limits.concurrentCalls = 10
    #expect(call())
    #expect(!call())
  }

  @Test("A clock that jumps gives no day twice, and is believed when it was wrong by much")
  func jumpingDays() {
    let day = CalendarDay(number: 20_000)
    var daily = DailyCount(day: day, calls: 5)
    daily.turn(to: day.advanced(days: -1))
    #expect(daily == DailyCount(day: day, calls: 5))
    daily.turn(to: day)
    #expect(daily.calls == 5)
    // The clock says next year, and is set right.
    daily.turn(to: day.advanced(days: 365))
    #expect(daily.calls == 0)
    daily.calls = 3
    daily.turn(to: day)
    #expect(daily == DailyCount(day: day, calls: 3))
    daily.turn(to: day.advanced(days: 1))
    #expect(daily == DailyCount(day: day.advanced(days: 1), calls: 0))
  }
}
