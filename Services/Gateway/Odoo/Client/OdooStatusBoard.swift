import Synchronization
public import Values

/// Whether a site's Odoo answers, and what was asked of it since the program started.
public struct OdooStatus: Sendable, Hashable {
  /// How often one method was called.
  public struct CallCount: Sendable, Hashable {
    /// The model, for example `mrp.production`.
    public var model: String
    /// The method, for example `write`.
    public var method: String
    /// Calls sent.
    public var sent: Int64
    /// Calls without a usable answer.
    public var unanswered: Int64
  }

  /// Whether the last call was answered; false before the first one.
  public var isReachable: Bool
  /// When Odoo last answered; `nil` before the first answer.
  public var lastAnswerAt: Instant?
  /// The last failure since the last answer, in words; else empty.
  public var lastFailure: String
  /// By model, then method.
  public var calls: [CallCount]
}

/// Counts calls and remembers the last answer; shared by all callers of one site.
final class OdooStatusBoard: Sendable {
  private struct Key: Hashable {
    var model: String
    var method: String
  }

  private struct State {
    var isReachable = false
    var lastAnswerAt: Instant?
    var lastFailure = ""
    var counts: [Key: (sent: Int64, unanswered: Int64)] = [:]
  }

  private let state = Mutex(State())

  /// A call was sent.
  func sent(_ model: String, _ method: String) {
    state.withLock { $0.counts[Key(model: model, method: method), default: (0, 0)].sent += 1 }
  }

  /// A call was answered, be it by an error.
  func answered(at now: Instant) {
    state.withLock {
      $0.isReachable = true
      $0.lastAnswerAt = now
      $0.lastFailure = ""
    }
  }

  /// A call got no usable answer.
  func unanswered(_ model: String, _ method: String, _ failure: String) {
    state.withLock {
      $0.isReachable = false
      $0.lastFailure = failure
      $0.counts[Key(model: model, method: method), default: (0, 0)].unanswered += 1
    }
  }

  /// Something else went wrong that the status should show, such as refused credentials.
  func failed(_ failure: String) { state.withLock { $0.lastFailure = failure } }

  /// What is known now.
  var status: OdooStatus {
    state.withLock { state in
      let calls = state.counts.map {
        OdooStatus.CallCount(
          model: $0.key.model, method: $0.key.method, sent: $0.value.sent,
          unanswered: $0.value.unanswered)
      }
      return OdooStatus(
        isReachable: state.isReachable, lastAnswerAt: state.lastAnswerAt,
        lastFailure: state.lastFailure,
        calls: calls.sorted { ($0.model, $0.method) < ($1.model, $1.method) })
    }
  }
}
