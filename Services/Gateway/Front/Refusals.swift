import Identity
public import ServiceKit

extension CredentialError {
  /// UNAUTHENTICATED with the reason. It helps whoever set a client up wrongly, and says nothing
  /// about which keys exist.
  public var refusal: Refusal {
    Refusal(.unauthenticated, reason: reason, message)
  }

  private var reason: String {
    switch self {
    case .missing: "CREDENTIAL_MISSING"
    case .malformed: "CREDENTIAL_MALFORMED"
    case .otherEnvironment: "CREDENTIAL_OF_OTHER_ENVIRONMENT"
    case .unknown: "CREDENTIAL_UNKNOWN"
    case .ended: "CREDENTIAL_ENDED"
    case .tokenInvalid: "TOKEN_INVALID"
    case .tokenUnknown: "TOKEN_UNKNOWN"
    case .certificateUnknown: "CERTIFICATE_UNKNOWN"
    }
  }

  private var message: String {
    switch self {
    case .missing:
      "the call has no credential; send the metadata authorization: Bearer mr_live_…"
    case .malformed:
      "the metadata authorization must be there once, as Bearer and an API key (mr_live_…) or a token (JWT)"
    case .otherEnvironment(let environment, let here):
      "this is a key for \(environment.rawValue) (mr_\(environment.rawValue)_…); this Gateway takes those for \(here.rawValue) (mr_\(here.rawValue)_…)"
    case .unknown: "the API key is not valid here"
    case .ended: "the credential has ended; ask for a new one"
    case .tokenInvalid: "the token is not valid here"
    case .tokenUnknown: "no partner is registered for the issuer and the subject of the token"
    case .certificateUnknown:
      "no partner is registered for any name of the client certificate, and no other credential was sent"
    }
  }
}

/// The front's other refusals.
enum Refusals {
  /// After how many milliseconds a caller should try a service again that is down: about what a
  /// restart takes.
  static let serviceDownRetryMilliseconds: Int64 = 1_000

  /// UNAVAILABLE: no connection to a service, or it broke under the call.
  static func serviceDown(_ service: String) -> Refusal {
    Refusal(
      .unavailable, reason: "SERVICE_DOWN",
      "the service \(service) cannot be reached now; whether the call was done there is not known",
      metadata: ["service": service], retryDelayMilliseconds: serviceDownRetryMilliseconds)
  }

  /// UNIMPLEMENTED: nothing is offered under this path.
  static func unknownService(_ path: String) -> Refusal {
    Refusal(
      .unimplemented, reason: "SERVICE_UNKNOWN", "no service is offered under \(path)",
      metadata: ["path": path])
  }

  /// UNIMPLEMENTED: the service has no such method.
  static func unknownMethod(_ path: String) -> Refusal {
    Refusal(
      .unimplemented, reason: "METHOD_UNKNOWN", "no such method is offered: \(path)",
      metadata: ["path": path])
  }

  /// PERMISSION_DENIED: none of the caller's roles has the method.
  static func methodNotGranted(_ path: String, roles: Set<RoleName>) -> Refusal {
    let names = roles.sorted().map(\.description).joined(separator: ", ")
    return Refusal(
      .permissionDenied, reason: "METHOD_NOT_GRANTED",
      "none of your roles (\(names.isEmpty ? "none" : names)) may call \(path)",
      metadata: ["method": String(path.dropFirst()), "roles": names])
  }

  /// PERMISSION_DENIED: the partner may not call at all for the time being.
  static let partnerSuspended = Refusal(
    .permissionDenied, reason: "PARTNER_SUSPENDED",
    "your access is suspended; ask who runs this Gateway")

  /// FAILED_PRECONDITION: a token that nobody else can use needs a certificate to be bound to.
  static let certificateRequired = Refusal(
    .failedPrecondition, reason: "CERTIFICATE_REQUIRED",
    "an in-plant token is bound to the client certificate of the connection, and this one has shown none"
  )

  /// PERMISSION_DENIED: nothing of the service is for the caller, or there is no such service.
  static func audienceNotGranted(_ audience: String) -> Refusal {
    Refusal(
      .permissionDenied, reason: "AUDIENCE_NOT_GRANTED",
      "none of your roles may call anything of \(audience)", metadata: ["audience": audience])
  }

  /// FAILED_PRECONDITION: the package is not served any more.
  static func versionRetired(_ version: PackageVersion) -> Refusal {
    let instead = version.successor.isEmpty ? "" : "; use \(version.successor)"
    return Refusal(
      .failedPrecondition, reason: "API_VERSION_RETIRED",
      "\(version.package) is not served any more\(instead)",
      metadata: ["package": version.package, "successor": version.successor])
  }

  /// PERMISSION_DENIED: another partner's matters.
  static func partnerNotGranted(_ partner: String) -> Refusal {
    Refusal(
      .permissionDenied, reason: "PARTNER_NOT_GRANTED",
      "you may see your own usage (an empty partner), not that of \(partner == "*" ? "all" : partner)",
      metadata: ["partner": partner])
  }

  /// UNAUTHENTICATED: a call that lasts has outlived the rights of its caller.
  static let callerNotCurrent = Refusal(
    .unauthenticated, reason: "CREDENTIAL_ENDED",
    "your credential has ended, or your rights have changed, since this call began; call again")

  /// RESOURCE_EXHAUSTED: the partner calls more often than it may.
  static func rateExceeded(
    _ partner: String, _ limits: CallLimits, cost: Int64, retryMilliseconds: Int64
  ) -> Refusal {
    let limit =
      "\(limits.callsPerSecond) calls per second, \(limits.burst) at once; this one counts \(cost)"
    return Refusal(
      .resourceExhausted, reason: "RATE_EXCEEDED", "you call more often than you may: \(limit)",
      quota: QuotaViolation(subject: "partner:\(partner)", description: limit),
      retryDelayMilliseconds: retryMilliseconds)
  }

  /// RESOURCE_EXHAUSTED: the partner has made the calls of its day.
  static func dailyQuotaExceeded(
    _ partner: String, _ callsPerDay: Int64, retryMilliseconds: Int64
  ) -> Refusal {
    let limit = "\(callsPerDay) calls per day (UTC)"
    return Refusal(
      .resourceExhausted, reason: "DAILY_QUOTA_EXCEEDED",
      "you have made the calls that you may make today: \(limit)",
      quota: QuotaViolation(subject: "partner:\(partner)", description: limit),
      retryDelayMilliseconds: retryMilliseconds)
  }

  /// How long a partner should wait whose calls under way are too many: about what one takes.
  static let tooManyUnderWayRetryMilliseconds: Int64 = 100

  /// RESOURCE_EXHAUSTED: too many of the partner's calls are under way.
  static func tooManyUnderWay(_ partner: String, _ limits: CallLimits) -> Refusal {
    let limit = "\(limits.concurrentCalls) calls under way at a time, streams among them"
    return Refusal(
      .resourceExhausted, reason: "TOO_MANY_CALLS_UNDER_WAY",
      "you have more calls under way than you may: \(limit)",
      quota: QuotaViolation(subject: "partner:\(partner)", description: limit),
      retryDelayMilliseconds: tooManyUnderWayRetryMilliseconds)
  }

  /// RESOURCE_EXHAUSTED: the Gateway holds as many calls as it can, of all partners together.
  static let overloaded = Refusal(
    .resourceExhausted, reason: "OVERLOADED",
    "more calls are under way than can be held; what is less urgent is refused first",
    retryDelayMilliseconds: OverloadGuard.retryMilliseconds)

  /// DEADLINE_EXCEEDED, before anything was done.
  static func deadlineTooShort(remainingNanoseconds: Int64, fastestNanoseconds: Int64) -> Refusal {
    func milliseconds(_ nanoseconds: Int64) -> String {
      let tenths = (nanoseconds + 50_000) / 100_000
      return "\(tenths / 10).\(tenths % 10)"
    }
    return Refusal(
      .deadlineExceeded, reason: "DEADLINE_TOO_SHORT",
      "the call has \(milliseconds(remainingNanoseconds)) ms left and was not done: the fastest of the last seconds took \(milliseconds(fastestNanoseconds)) ms",
      metadata: ["fastest_milliseconds": milliseconds(fastestNanoseconds)])
  }

  /// INTERNAL: a principal could not be signed.
  static let unsigned = Refusal(
    .internalError, reason: "INTERNAL", "the gateway failed; its log says why")
}
