import Testing

@testable import RPC

@Suite struct `The backoff` {
  private let limits = Limits()

  @Test func `grows from the first pause to the last and varies by the jitter`() {
    for random in [0.0, 0.5, 0.999] {
      var backoff = Backoff(limits: limits)
      var pauses: [Double] = []
      for _ in 0..<20 {
        backoff.failed(atNanoseconds: 0, random: random)
        pauses.append(Double(backoff.notBeforeNanoseconds) / 1_000_000)
      }
      let share = 1 + Limits.Fixed.backoffJitter * (2 * random - 1)
      #expect(abs(pauses[0] - Double(limits.backoffFirstMilliseconds) * share) < 0.01)
      #expect(abs(pauses[19] - Double(limits.backoffLastMilliseconds) * share) < 0.01)
      #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 <= $1 })
    }
  }

  @Test func `starts over after a success`() {
    var backoff = Backoff(limits: limits)
    for _ in 0..<5 { backoff.failed(atNanoseconds: 0, random: 0.5) }
    backoff.succeeded()
    #expect(backoff.notBeforeNanoseconds == .min)
    backoff.failed(atNanoseconds: 0, random: 0.5)
    #expect(backoff.notBeforeNanoseconds == Int64(limits.backoffFirstMilliseconds) * 1_000_000)
  }
}
