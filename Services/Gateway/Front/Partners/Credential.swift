public import Identity
public import Values

/// What a partner shows to say who it is.
public struct Credential: Sendable, Hashable {
  /// What is shown, and what it is compared with.
  public enum Shown: Sendable, Hashable {
    /// An API key, by the digest of its secret.
    case apiKey(KeyDigest)
    /// A client certificate, by one of its alternative names.
    case certificate(CertificateName)
    /// A token of the partner's own identity provider.
    case token(TokenSubject)
  }

  /// Its identifier: of a key its public part.
  public let id: String
  /// The partner's name.
  public let partner: String
  /// What is shown.
  public let shown: Shown
  /// When it was made.
  public let createdAt: Instant
  /// When it ends, or has ended; `nil` when it does not.
  public var expiresAt: Instant?

  /// What an identifier looks like.
  public static let idRule = TextRule(maximumLength: 32, characters: .code)

  /// A credential of its parts.
  public init(
    id: String, partner: String, shown: Shown, createdAt: Instant, expiresAt: Instant? = nil
  ) {
    self.id = id
    self.partner = partner
    self.shown = shown
    self.createdAt = createdAt
    self.expiresAt = expiresAt
  }

  /// Whether it has ended at a time.
  public func hasEnded(at now: Instant) -> Bool { expiresAt.map { $0 <= now } ?? false }
}

/// Who a token of another identity provider is about.
public struct TokenSubject: Sendable, Hashable {
  /// Who has issued it (`iss`).
  public let issuer: String
  /// For whom (`sub`), unique within the issuer.
  public let subject: String

  /// What both look like: no spaces, so that one text can hold the two.
  public static let rule = TextRule(maximumLength: 256, characters: .visibleASCII)

  /// A subject of its parts.
  public init(issuer: String, subject: String) {
    self.issuer = issuer
    self.subject = subject
  }
}
