import JSON
import Values

@testable import GatewayOdoo

/// Something that happens at one moment of a run.
enum Disturbance: Sendable, Hashable {
  /// Odoo commits, and the answer is lost.
  case lostAfterCommit
  /// The request is lost: Odoo never saw it.
  case lostBeforeCommit
  /// The request times out here, and Odoo commits it much later.
  case commitsLater
  /// 502 of a proxy before Odoo saw it.
  case badGateway
  /// Odoo commits, and something unreadable comes back.
  case nonsenseAfterCommit
  /// Odoo answers true and did nothing.
  case emptyPromise
  /// Odoo gave up after its own retries; nothing is written.
  case serializationFailure
  /// The rights are gone.
  case accessError
  /// A dialog instead of an answer; nothing is written.
  case question
  /// The Gateway is killed before the call, with what is durable.
  case killedBefore
  /// The Gateway is killed after Odoo committed, before anything is recorded.
  case killedAfterCommit
}

/// Drives the engine against the model: the durable part is what survives a kill.
struct EngineRun {
  let model: OdooModel
  var totals: OrderTotals
  /// Durable.
  private(set) var base = PostingBase()
  private(set) var refused: RefusedCall?
  private(set) var isOutcomeOpen = false
  /// Writing calls that Odoo saw.
  private(set) var committed: [PostingCall] = []
  private var late: [PostingCall] = []

  init(model: OdooModel, totals: OrderTotals) {
    self.model = model
    self.totals = totals
  }

  /// One run of the engine. `disturb` is asked before each read and each call, with a running
  /// number; `hand` acts in the same places. `nil` when the Gateway was killed.
  mutating func once(
    disturb: (_ step: Int, _ call: PostingCall?) -> Disturbance? = { _, _ in nil },
    hand: (_ step: Int, OdooModel) -> Void = { _, _ in }
  ) -> PostingVerdict? {
    var engine = PostingEngine(
      order: model.plan, totals: totals, base: base, refused: refused,
      isOutcomeOpen: isOutcomeOpen)
    var event = PostingEngine.Event.started
    var step = 0
    while true {
      switch engine.handle(event) {
      case .readChain:
        step += 1
        hand(step, model)
        switch disturb(step, nil) {
        case .killedBefore, .killedAfterCommit: return nil
        case nil: event = .read(.success(model.chain))
        case .some(let disturbance): event = .read(.failure(disturbance.failure))
        }
      case .record(let base, let isBooking):
        self.base = base
        isOutcomeOpen = isOutcomeOpen || isBooking
        event = .recorded
      case .send(let call):
        step += 1
        hand(step, model)
        guard let result = send(call, disturb(step, call)) else { return nil }
        event = .answered(result)
      case .finish(let verdict):
        (base, refused) = (verdict.base, verdict.refused)
        switch verdict.outcome {
        case .settled, .stuck: isOutcomeOpen = false
        case .unknown: isOutcomeOpen = true
        case .postponed, .halted: break
        }
        return verdict
      }
    }
  }

  /// Calls that Odoo still had in its queue are committed now.
  mutating func commitLate() {
    for call in late { _ = model.apply(call) }
    late = []
  }

  private mutating func send(_ call: PostingCall, _ disturbance: Disturbance?)
    -> Result<OdooAnswer, OdooFailure>?
  {
    guard let disturbance else { return apply(call) }
    switch disturbance {
    case .killedBefore: return nil
    case .killedAfterCommit:
      _ = apply(call)
      return nil
    case .lostAfterCommit, .nonsenseAfterCommit:
      _ = apply(call)
      return .failure(disturbance.failure)
    case .commitsLater:
      late.append(call)
      return .failure(disturbance.failure)
    case .emptyPromise: return .success(.result(true))
    case .question: return .success(.action(["type": "ir.actions.act_window"]))
    case .lostBeforeCommit, .badGateway, .serializationFailure, .accessError:
      return .failure(disturbance.failure)
    }
  }

  private mutating func apply(_ call: PostingCall) -> Result<OdooAnswer, OdooFailure> {
    let result = model.apply(call)
    if case .success = result { committed.append(call) }
    return result
  }
}

extension Disturbance {
  var failure: OdooFailure {
    switch self {
    case .serializationFailure:
      .classified(OdooWords(name: "psycopg2.errors.SerializationFailure", message: ""))
    case .accessError: .classified(OdooWords(name: "odoo.exceptions.AccessError", message: ""))
    case .nonsenseAfterCommit, .emptyPromise, .question: .unreadable("<html>")
    default: .outcomeUnknown(.unreachable("lost"))
    }
  }
}
