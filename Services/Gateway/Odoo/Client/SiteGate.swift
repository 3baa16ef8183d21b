import Environment
import Synchronization

/// Whether a site's calls may go on: while Odoo cannot be reached, or refuses our credentials, everything of the site
/// waits together instead of failing order by order.
final class SiteGate: Sendable {
  /// After refused credentials or missing rights: a person has to act, and is not overtaken by retries.
  static let haltSeconds: Int64 = 30

  private struct State {
    var failures = 0
    var resumeAt: Int64 = 0
    var halt: OdooWords?
  }

  private let state = Mutex(State())
  private let environment: Environment

  init(environment: Environment) { self.environment = environment }

  /// Why the site is halted; `nil` when it is not.
  var halt: OdooWords? { state.withLock(\.halt) }

  /// How long to wait before the next call, in milliseconds; 0 when there is no reason to.
  var waitMilliseconds: Int64 {
    let now = environment.clock.monotonicNanoseconds
    let resumeAt = state.withLock(\.resumeAt)
    return resumeAt > now ? (resumeAt - now) / 1_000_000 + 1 : 0
  }

  /// Odoo has answered.
  func answered() { state.withLock { $0 = State() } }

  /// Nothing came back.
  func unreachable() {
    let now = environment.clock.monotonicNanoseconds
    state.withLock { state in
      state.failures += 1
      let wait = Backoff.unreachable.milliseconds(
        attempt: state.failures, environment.randomness)
      state.resumeAt = now + wait * 1_000_000
    }
  }

  /// Credentials, rights or address are wrong.
  func halted(_ words: OdooWords) {
    let now = environment.clock.monotonicNanoseconds
    state.withLock { state in
      state.halt = words
      state.resumeAt = now + Self.haltSeconds * 1_000_000_000
    }
  }
}

/// Tells the gate what became of every call.
struct GatedCaller: OdooCaller {
  let odoo: any OdooCaller
  let gate: SiteGate

  func call(_ call: OdooCall) async throws(OdooFailure) -> OdooAnswer {
    do {
      let answer = try await odoo.call(call)
      gate.answered()
      return answer
    } catch {
      switch error {
      case .outcomeUnknown(.unreachable): gate.unreachable()
      case .configuration(let words): gate.halted(words)
      default: gate.answered()
      }
      throw error
    }
  }
}
