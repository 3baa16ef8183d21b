public import ServiceKit

extension CredentialError {
  /// UNAUTHENTICATED with the reason. It helps whoever set a client up wrongly, and says nothing
  /// about which keys exist.
  public var refusal: Refusal {
    switch self {
    case .missing:
      Refusal(
        .unauthenticated, reason: "CREDENTIAL_MISSING",
        "the call has no credential; send the metadata authorization: Bearer mr_live_…")
    case .malformed:
      Refusal(
        .unauthenticated, reason: "CREDENTIAL_MALFORMED",
        "the metadata authorization must be there once, as Bearer and an API key (mr_live_…)")
    case .unknown:
      Refusal(
        .unauthenticated, reason: "CREDENTIAL_UNKNOWN", "the API key is not valid here")
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

  /// INTERNAL: a principal could not be signed.
  static let unsigned = Refusal(
    .internalError, reason: "INTERNAL", "the gateway failed; its log says why")
}
