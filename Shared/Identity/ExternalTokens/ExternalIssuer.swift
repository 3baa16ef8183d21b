/// An identity provider whose tokens are accepted in place of an API key.
public struct ExternalIssuer: Sendable, Hashable {
  /// What kind of JWT the issuer mints. The raw values are those of `typ`.
  public enum TokenType: String, Sendable, Hashable, CaseIterable {
    /// A plain JWT (RFC 7519).
    case jwt = "JWT"
    /// An access token (RFC 9068).
    case accessToken = "at+jwt"

    /// Whether a token's `typ` states this type, in whatever case, with or without `application/`
    /// (RFC 9068 §4 takes both).
    func isStated(by text: String) -> Bool {
      let text = text.lowercased()
      let prefix = "application/"
      let name = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
      return name == rawValue.lowercased()
    }
  }

  /// The issuer's name, exactly as its tokens state it in `iss`.
  public let name: String
  /// How the issuer names us: one of the `aud` of its tokens.
  public let audience: String
  /// The `typ` of its tokens.
  public let type: TokenType

  /// An issuer.
  public init(name: String, audience: String, type: TokenType) {
    self.name = name
    self.audience = audience
    self.type = type
  }
}
