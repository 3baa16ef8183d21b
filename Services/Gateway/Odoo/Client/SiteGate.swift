import Environment
import Synchronization

/// Whether a site's calls may go on: while Odoo cannot be reached, or refuses our credentials,
/// everything of the site waits together instead of failing order by order.
final class SiteGate: Sendable {
  /// After refused credentials or missing rights: a person has to act, and is not overtaken by
  /// retries.
  static let haltSeconds: Int64 = 10

  /// A halt that no call has confirmed or lifted for so long is over: the call that met it is no
  /// longer made.
  static let haltExpirySeconds: Int64 = 600

  private struct Halt {
    var words: OdooWords
    /// `model.method` that was refused: only when it is answered again are the rights known to be
    /// back.
    var call: String
    /// The order whose posting met it; `nil` when it was a poll.
    var order: String?
    var at: Int64
  }

  private struct State {
    var failures = 0
    var resumeAt: Int64 = 0
    var halt: Halt?
  }

  private static let nanosecondsPerSecond: Int64 = 1_000_000_000

  private let state = Mutex(State())
  private let environment: Environment

  init(environment: Environment) { self.environment = environment }

  /// Why the site is halted; `nil` when it is not.
  var halt: OdooWords? { state.withLock(\.halt?.words) }

  /// How long to wait before the next call, in milliseconds; 0 when there is no reason to.
  var waitMilliseconds: Int64 {
    let now = environment.clock.monotonicNanoseconds
    let resumeAt = state.withLock(\.resumeAt)
    return resumeAt > now ? (resumeAt - now) / 1_000_000 + 1 : 0
  }

  /// Odoo has answered `model.method`.
  func answered(_ call: String) {
    let now = environment.clock.monotonicNanoseconds
    state.withLock { state in
      state.failures = 0
      guard let halt = state.halt else { return state.resumeAt = 0 }
      let isExpired = now - halt.at > Self.haltExpirySeconds * Self.nanosecondsPerSecond
      if halt.call == call || isExpired { state = State() }
    }
  }

  /// An order's posting was halted.
  func halted(order name: String) { state.withLock { $0.halt?.order = name } }

  /// An order's posting was not halted: when it is the one that was, the halt is over. Its next
  /// call may be another one than the refused, which then is never answered.
  func concluded(order name: String) {
    state.withLock { state in
      if state.halt?.order == name { state = State() }
    }
  }

  /// Nothing came back.
  func unreachable() {
    let now = environment.clock.monotonicNanoseconds
    state.withLock { state in
      state.failures += 1
      let wait = Backoff.unreachable.milliseconds(
        attempt: state.failures, environment.randomness)
      state.resumeAt = max(state.resumeAt, now + wait * 1_000_000)
    }
  }

  /// Credentials, rights or address are wrong.
  func halted(_ words: OdooWords, _ call: String) {
    let now = environment.clock.monotonicNanoseconds
    state.withLock { state in
      state.halt = Halt(words: words, call: call, order: state.halt?.order, at: now)
      state.resumeAt = now + Self.haltSeconds * Self.nanosecondsPerSecond
    }
  }
}

/// Tells the gate what became of every call.
struct GatedCaller: OdooCaller {
  let odoo: any OdooCaller
  let gate: SiteGate

  func call(_ call: OdooCall) async throws(OdooFailure) -> OdooAnswer {
    let name = "\(call.model).\(call.method)"
    do {
      let answer = try await odoo.call(call)
      gate.answered(name)
      return answer
    } catch {
      switch error {
      case .outcomeUnknown(.unreachable): gate.unreachable()
      case .configuration(let words): gate.halted(words, name)
      default: gate.answered(name)
      }
      throw error
    }
  }
}
