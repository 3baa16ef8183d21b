import JSON
import Values

/// The claims of RFC 7519 that decide whether an external token holds, of a token whose signature
/// has been verified.
struct ExternalClaims {
  let claims: JSONValue

  /// The subject.
  func subject() throws(ExternalTokenError) -> String {
    guard let subject = claims["sub"]?.stringValue,
      (1...ExternalTokenVerifier.maximumSubjectByteCount).contains(subject.utf8.count)
    else { throw .subject }
    return subject
  }

  /// Checks that the token is meant for an audience.
  func checkAudience(_ wanted: String) throws(ExternalTokenError) {
    switch claims["aud"] {
    case .string(let audience):
      guard audience == wanted else { throw .audience }
    case .array(let audiences):
      // One that is no text makes the list none of RFC 7519: nothing of it is believed.
      let names = audiences.compactMap(\.stringValue)
      guard names.count == audiences.count, names.contains(wanted) else { throw .audience }
    default: throw .audience
    }
  }

  /// Checks the times against ours and returns the second from which on the token has expired.
  func checkTimes(nowSeconds: Int64) throws(ExternalTokenError) -> Int64 {
    guard let expiry = try seconds("exp") else { throw .time }
    let notBefore = try seconds("nbf")
    let issuedAt = try seconds("iat")
    let skew = ExternalTokenVerifier.allowedClockSkewSeconds
    guard nowSeconds < expiry + skew else { throw .expired }
    let start = max(notBefore ?? 0, issuedAt ?? 0)
    guard start <= nowSeconds + skew else { throw .notYetValid }
    // Without a start, what is left must not be more than a whole life.
    let begin = issuedAt ?? notBefore ?? nowSeconds
    guard expiry > start, expiry - begin <= ExternalTokenVerifier.maximumLifetimeSeconds else {
      throw .lifetime
    }
    return expiry + skew
  }

  /// Whole seconds of a calendar we can mean, so that sums and differences cannot overflow.
  private func seconds(_ name: String) throws(ExternalTokenError) -> Int64? {
    guard let value = claims[name] else { return nil }
    guard case .int(let seconds) = value, (0...253_402_300_799).contains(seconds) else {
      throw .time
    }
    return seconds
  }
}
