import Environment
import Testing
import Values

@Suite("An environment")
struct EnvironmentTests {
  @Test("repeats a run from its seed")
  func repeatsFromSeed() {
    let runs = (0..<2).map { _ in
      let (environment, _) = Environment.manual(seed: 7)
      return (0..<5).map { _ in environment.identifiers.next() }
    }
    #expect(runs[0] == runs[1])
  }

  @Test("moves its manual clock only when told to")
  func movesClockByHand() {
    let (environment, clock) = Environment.manual(seed: 1, start: Instant(seconds: 100))
    #expect(environment.clock.now == Instant(seconds: 100))
    clock.advance(milliseconds: 250)
    #expect(environment.clock.now == Instant(microseconds: 100_250_000))
    #expect(environment.clock.monotonicNanoseconds == 250_000_000)
  }

  @Test("makes identifiers that never go backwards, even when the counter of a millisecond is full")
  func ordersIdentifiers() {
    let (environment, _) = Environment.manual(seed: 3)
    let identifiers = (0..<10_000).map { _ in environment.identifiers.next() }
    #expect(zip(identifiers, identifiers.dropFirst()).allSatisfy { $0 < $1 })
    #expect(identifiers.allSatisfy { $0.high >> 12 & 0xF == 7 && $0.low >> 62 == 2 })
  }

  @Test("reads the operating system's clocks")
  func readsSystemClock() {
    let clock = Environment.system.clock
    #expect(clock.now > Instant(seconds: 1_700_000_000))
    #expect(clock.monotonicNanoseconds <= clock.monotonicNanoseconds)
  }
}
