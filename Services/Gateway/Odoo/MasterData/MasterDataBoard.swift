import Environment
import Synchronization

/// What the poll of a site's master data has done since the program started.
final class MasterDataBoard: Sendable {
  /// Records of one model, or of one kind of subjects.
  struct Counts: Sendable, Hashable {
    /// Rows read from Odoo, again and again as they lie in the window of a look.
    var read: Int64 = 0
    /// Records that MasterData has taken or had already.
    var sent: Int64 = 0
    /// Records that it has rejected.
    var rejected: Int64 = 0
  }

  private struct State {
    var counts: [String: Counts] = [:]
    var odooNanoseconds: Int64 = 0
    var totalNanoseconds: Int64 = 0
    /// Since when it is worked; `nil` while it is not.
    var workingSince: Int64?
    /// Calls of Odoo under way, and since when there is one.
    var calls = 0
    var callsSince: Int64 = 0
  }

  private let state = Mutex(State())
  private let clock: any Clock

  init(clock: any Clock) { self.clock = clock }

  /// By model of what was read, and by kind of record of what was sent.
  var counts: [String: Counts] { state.withLock(\.counts) }

  /// For how long a call of Odoo was under way, and for how long it was worked in all.
  var nanoseconds: (odoo: Int64, total: Int64) {
    let now = clock.monotonicNanoseconds
    return state.withLock { state in
      let calling = state.calls > 0 ? now - state.callsSince : 0
      let working = state.workingSince.map { now - $0 } ?? 0
      return (state.odooNanoseconds + calling, state.totalNanoseconds + working)
    }
  }

  /// Rows were read.
  func read(_ count: Int, of model: String) {
    state.withLock { $0.counts[model, default: Counts()].read += Int64(count) }
  }

  /// MasterData has answered.
  func sent(_ taken: Int, rejected: Int, of kind: RecordKind) {
    state.withLock {
      $0.counts[kind.rawValue, default: Counts()].sent += Int64(taken)
      $0.counts[kind.rawValue, default: Counts()].rejected += Int64(rejected)
    }
  }

  /// Work that counts into the total.
  func working<Result>(_ body: () async throws -> Result) async rethrows -> Result {
    let startedAt = clock.monotonicNanoseconds
    state.withLock { $0.workingSince = startedAt }
    defer {
      let elapsed = clock.monotonicNanoseconds - startedAt
      state.withLock { state in
        state.workingSince = nil
        state.totalNanoseconds += elapsed
      }
    }
    return try await body()
  }

  fileprivate func callBegins() {
    let now = clock.monotonicNanoseconds
    state.withLock { state in
      if state.calls == 0 { state.callsSince = now }
      state.calls += 1
    }
  }

  fileprivate func callEnds() {
    let now = clock.monotonicNanoseconds
    state.withLock { state in
      state.calls -= 1
      if state.calls == 0 { state.odooNanoseconds += now - state.callsSince }
    }
  }
}

/// Calls of Odoo for master data: their time is counted, and what Odoo does not let be read stops
/// nothing else of the site, as an order's posting that is refused would.
struct MasterDataCaller: OdooCaller {
  let odoo: any OdooCaller
  let gate: SiteGate
  let board: MasterDataBoard

  func call(_ call: OdooCall) async throws(OdooFailure) -> OdooAnswer {
    board.callBegins()
    defer { board.callEnds() }
    do {
      let answer = try await odoo.call(call)
      gate.answered("\(call.model).\(call.method)")
      return answer
    } catch {
      if case .outcomeUnknown(.unreachable) = error { gate.unreachable() }
      throw error
    }
  }
}
