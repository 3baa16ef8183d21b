import Identity
public import RPC

/// Which of a caller's metadata goes on to the service, and what the Gateway adds.
///
/// An allow-list: whatever is not named here stays at the door, credentials and claims of being
/// somebody (`millrace-principal`) before all.
public enum ForwardedMetadata {
  /// What passes: W3C trace context, and the client library's name for the service's own log.
  public static let allowed = ["traceparent", "tracestate", "user-agent"]

  /// The metadata of the onward call.
  /// - Parameter principal: the signed token that says who is calling.
  /// - Throws: when the token is no text that metadata can carry.
  public static func make(
    from metadata: Metadata, principal: String
  ) throws(Metadata.InvalidEntry) -> Metadata {
    var forwarded = Metadata()
    for name in allowed {
      // A value that came over the wire but could not be sent again (control characters) stays
      // here.
      for value in metadata.values(name) { try? forwarded.append(name, value) }
    }
    try forwarded.append(PrincipalToken.metadataName, principal)
    return forwarded
  }
}
