/// One field of a request that breaks its rule.
public struct FieldViolation: Sendable, Hashable {
  /// The path in the contract's names: `header.source_event_id`, `components[2].line`.
  public let field: String
  /// The broken rule, as the rest of a sentence that begins with the field: `is required`.
  public let rule: String

  /// A violation.
  public init(_ field: String, _ rule: String) {
    self.field = field
    self.rule = rule
  }
}

/// A limit that a caller has reached.
public struct QuotaViolation: Sendable, Hashable {
  /// Whose limit it is: `partner:mes-line-1`.
  public let subject: String
  /// The limit, as a sentence.
  public let description: String

  /// A violation.
  public init(subject: String, description: String) {
    self.subject = subject
    self.description = description
  }
}

/// A refused call, as callers see it: a code, a stable reason, a sentence, and what helps to repair
/// it.
///
/// It becomes a `google.rpc.Status` in `grpc-status-details-bin`: `ErrorInfo` always (domain
/// ``domain``), `BadRequest` with violations, `QuotaFailure` with a limit, `RetryInfo` with a retry
/// delay.
public struct Refusal: Error, Sendable, Hashable {
  /// The domain of every reason.
  public static let domain = "millrace"

  /// The code.
  public let code: RefusalCode
  /// Stable, UPPER_SNAKE: what programs decide by.
  public let reason: String
  /// One sentence for a person.
  public let message: String
  /// More for programs: for example the state and the allowed ones.
  public let metadata: [String: String]
  /// Every field that breaks its rule.
  public private(set) var violations: [FieldViolation]
  /// The limit that the caller has reached; `nil` when that is not the reason.
  public let quota: QuotaViolation?
  /// After how many milliseconds trying again can help; `nil` when it does not.
  public let retryDelayMilliseconds: Int64?
  /// Of somebody else's refusal: the identity under which the call is in the logs there
  /// (`google.rpc.RequestInfo`). Empty for one's own.
  public internal(set) var requestID = ""

  /// A refusal of its parts.
  public init(
    _ code: RefusalCode, reason: String, _ message: String, metadata: [String: String] = [:],
    violations: [FieldViolation] = [], quota: QuotaViolation? = nil,
    retryDelayMilliseconds: Int64? = nil
  ) {
    self.code = code
    self.reason = reason
    self.message = message
    self.metadata = metadata
    self.violations = violations
    self.quota = quota
    self.retryDelayMilliseconds = retryDelayMilliseconds
  }
}

extension Refusal: CustomStringConvertible {
  /// For a person: what is wrong, and the reason.
  public var description: String { reason.isEmpty ? message : "\(message) (\(reason))" }
}

extension Refusal {
  /// The same, of an element of a request: the paths of its fields begin with the element's.
  public func inside(_ field: String) -> Refusal {
    var refusal = self
    refusal.violations = violations.map { FieldViolation("\(field).\($0.field)", $0.rule) }
    return refusal
  }
}

/// Errors of a service's rules that know which refusal they are.
public protocol RefusalConvertible: Error {
  /// The refusal that callers see.
  var refusal: Refusal { get }
}

extension Refusal {
  /// The reason of every refusal for its fields.
  public static let invalidFieldsReason = "INVALID_FIELDS"
  /// How many violations the message itself repeats; the details hold them all.
  private static let violationsInMessage = 3

  /// INVALID_ARGUMENT with every violation.
  public static func invalidFields(_ violations: [FieldViolation]) -> Refusal {
    let first = violations.prefix(violationsInMessage).map { "\($0.field) \($0.rule)" }
    let more = violations.count - first.count
    let rest = more > 0 ? "; and \(more) more" : ""
    return Refusal(
      .invalidArgument, reason: invalidFieldsReason, first.joined(separator: "; ") + rest,
      violations: violations)
  }

  /// UNAUTHENTICATED. It never says why: whoever may know finds it in the service's log.
  public static let unauthenticated = Refusal(
    .unauthenticated, reason: "CREDENTIAL_INVALID",
    "the call has no credential, or one that is not valid here")

  /// PERMISSION_DENIED for a site the caller may not act for, whether or not it exists.
  public static func siteNotGranted(_ site: String) -> Refusal {
    Refusal(
      .permissionDenied, reason: "SITE_NOT_GRANTED",
      "the caller may not act for the site \(site)", metadata: ["site": site])
  }

  /// NOT_FOUND for a site the caller may act for but this service does not have.
  public static func siteUnknown(_ site: String) -> Refusal {
    Refusal(
      .notFound, reason: "SITE_UNKNOWN", "this service has no site \(site)",
      metadata: ["site": site])
  }

  /// PERMISSION_DENIED for what only the integration with the system of record may do.
  public static let notSystemOfRecord = Refusal(
    .permissionDenied, reason: "NOT_SYSTEM_OF_RECORD",
    "only the integration with the system of record may call this")

  /// FAILED_PRECONDITION for a token of another incarnation of the database.
  public static let feedRestored = Refusal(
    .failedPrecondition, reason: "FEED_RESTORED",
    "the token is from before a restore of the database; start again without one")

  /// UNAVAILABLE while the service drains.
  public static let shuttingDown = Refusal(
    .unavailable, reason: "SHUTTING_DOWN", "the service is shutting down",
    retryDelayMilliseconds: 1_000)
}
