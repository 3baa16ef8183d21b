public import Values

/// What a verified token of a partner's own identity provider says.
public struct ExternalToken: Sendable, Hashable {
  /// Who issued it: one of the configured issuers.
  public let issuer: String
  /// Whom the issuer vouches for, in the issuer's own naming. 1 to
  /// ``ExternalTokenVerifier/maximumSubjectByteCount`` bytes.
  public let subject: String
  /// From when on it is no longer believed.
  public let expiresAt: Instant
}

/// Why an external token was not believed. No case carries any part of the token: the reason may be
/// logged and told.
public enum ExternalTokenError: Error, Sendable, Hashable, CaseIterable {
  /// Longer than ``ExternalTokenVerifier/maximumByteCount``.
  case tooLong
  /// Not three parts of strict base64url, of which two are JSON objects without repeated members.
  case malformed
  /// `crit` is there: we know no critical extension.
  case criticalExtension
  /// `typ` is absent or not the issuer's configured one.
  case type
  /// `kid` is absent, no text, or names no key of the issuer.
  case unknownKey
  /// `alg` is absent or not the algorithm the key is for.
  case algorithm
  /// The signature is not of that key.
  case signature
  /// `iss` is absent, no text, or not configured.
  case issuer
  /// `aud` is absent, no text or list of text, or does not contain ours.
  case audience
  /// `sub` is absent, no text, empty or too long.
  case subject
  /// A time is absent though required, no whole number of seconds, or outside the calendar.
  case time
  /// `exp` has passed.
  case expired
  /// `nbf` or `iat` lies in the future.
  case notYetValid
  /// Valid for longer than we accept.
  case lifetime
}
