import JSON
import Values

/// The faults that were asked for.
struct FaultPlan {
  /// What goes wrong with a call that a rule fits.
  enum Fault: Hashable {
    /// The call is done and committed, then the connection is closed without an answer.
    case dropAnswer
    /// The call's transaction began so long ago: what it writes is older than what others wrote and
    /// committed meanwhile.
    case lateCommit(milliseconds: Int64)
    /// The call is not done; the answer is this error.
    case error(OdooError)
    /// The call is not done; a proxy answers 502.
    case badGateway
    /// The call is not done; the answer makes no sense.
    case nonsense(Nonsense)
  }

  enum Nonsense: String, CaseIterable {
    /// JSON-RPC whose result is of a type no caller expects.
    case wrongShape = "wrong-shape"
    /// A page instead of JSON.
    case html
    /// JSON that stops in the middle.
    case truncated
    /// Nothing at all.
    case empty
  }

  struct Rule: Hashable {
    var fault: Fault
    /// Calls it still applies to.
    var count: Int
    /// `nil` fits every model.
    var model: String?
    /// `nil` fits every method.
    var method: String?
  }

  enum Down: Hashable {
    /// Connections are closed as soon as a request comes.
    case closed(until: Instant?)
    /// Every request is answered with 503.
    case unavailable(until: Instant?)
  }

  /// Most rules that are kept.
  static let maximumRules = 1_000
  /// Longest delay and outage: one hour.
  static let maximumMilliseconds: Int64 = 3_600_000

  var latencyMilliseconds: Int64 = 0
  var down: Down?
  var rules: [Rule] = []

  /// The outage in force, if any.
  func outage(at now: Instant) -> Down? {
    switch down {
    case .closed(let until), .unavailable(let until): until.map { now < $0 } ?? true ? down : nil
    case nil: nil
    }
  }

  /// The fault for a call; its rule has then one use less.
  mutating func take(model: String, method: String) -> Fault? {
    guard
      let index = rules.firstIndex(where: {
        ($0.model ?? model) == model && ($0.method ?? method) == method
      })
    else { return nil }
    let fault = rules[index].fault
    rules[index].count -= 1
    if rules[index].count == 0 { rules.remove(at: index) }
    return fault
  }
}
