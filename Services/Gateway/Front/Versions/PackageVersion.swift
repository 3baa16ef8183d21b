public import Values

/// How it stands with a contract package, `millrace.production.v1` for example.
public struct PackageVersion: Sendable, Hashable {
  /// Its life.
  public enum State: Sendable, Hashable {
    /// Served.
    case served
    /// Served, and its callers are told to move: since when, and by when if that is known.
    case deprecated(since: Instant, sunsetAt: Instant?)
    /// Refused, but for partners with an exception, who are told since when it is deprecated; `nil`
    /// when nobody has said that.
    case retired(since: Instant?)
  }

  /// The package's name.
  public let package: String
  /// Its life.
  public var state: State
  /// The package to use instead; empty when there is none.
  public var successor: String
  /// Until when a partner may go on, by its name, when the package is retired.
  public var exceptions: [String: Instant]

  /// What a package's name looks like.
  static let nameRule = TextRule(maximumLength: 64, characters: .code)
  /// Since when its callers are told to move.
  var deprecatedSince: Instant? {
    switch state {
    case .served: nil
    case .deprecated(let since, _): since
    case .retired(let since): since
    }
  }

  /// Whether it is refused.
  var isRetired: Bool { if case .retired = state { true } else { false } }

  /// Most exceptions of a package: with more of them it is not retired.
  static let maximumExceptions = 100

  /// A package of its parts.
  public init(
    package: String, state: State, successor: String = "", exceptions: [String: Instant] = [:]
  ) {
    self.package = package
    self.state = state
    self.successor = successor
    self.exceptions = exceptions
  }
}
