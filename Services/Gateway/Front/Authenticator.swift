public import Environment
public import Identity
public import RPC
import Values

/// Why a caller is not let in. None of them says which part of a credential was wrong.
public enum CredentialError: Error, Sendable, Hashable {
  /// Neither `authorization` metadata nor a client certificate.
  case missing
  /// Not one `Bearer` and an API key or a token.
  case malformed
  /// A key of another environment: a test's, or of another installation's kind.
  case otherEnvironment(KeyEnvironment, here: KeyEnvironment)
  /// No such key: its id is not known, or the secret is not the one that belongs to it.
  case unknown
  /// The key was right, and has ended.
  case ended
  /// A token of another identity provider that is not believed.
  case tokenInvalid(ExternalTokenError)
  /// The token is right, and no partner is registered for whom it is about.
  case tokenUnknown
  /// No partner is registered for the client certificate, and no other credential was sent.
  case certificateUnknown
}

/// First step of the way in: finds out who is calling, from the API key or the token in
/// `authorization: Bearer …`, or from the client certificate of the connection when there is no such
/// metadata.
public struct Authenticator: Sendable {
  private let directory: PartnerDirectory
  private let keyEnvironment: KeyEnvironment
  private let tokens: ExternalTokenVerifier?
  private let clock: any Clock

  /// An authenticator of the partners of a directory.
  /// - Parameters:
  ///   - keyEnvironment: which keys are let in.
  ///   - tokens: believes tokens of other identity providers; `nil` when none are believed.
  public init(
    _ directory: PartnerDirectory, keyEnvironment: KeyEnvironment = .live,
    tokens: ExternalTokenVerifier? = nil, clock: any Clock
  ) {
    self.directory = directory
    self.tokens = tokens
    self.keyEnvironment = keyEnvironment
    self.clock = clock
  }

  /// The partner whose credential came with a call.
  /// - Parameter certificate: what the connection's client certificate says, when one was shown.
  public func authenticate(
    _ metadata: Metadata, certificate: PeerIdentity? = nil
  ) throws(CredentialError) -> Caller {
    guard metadata.contains("authorization") else { return try caller(certificate) }
    // Read in its place: this is done for every call.
    var shown: Shown?
    let isThereOnce = metadata.readOnlyValue("authorization") { value in
      shown = APIKey(bearer: value).map { .key($0) } ?? Self.token(value).map { .token($0) }
    }
    switch isThereOnce ? shown : nil {
    case .key(let key)?: return try caller(key)
    case .token(let token)?: return try caller(token)
    case nil: throw .malformed
    }
  }

  /// The partner whose credential came with a call.
  func authenticate(_ context: CallContext) throws(CredentialError) -> Caller {
    try authenticate(context.metadata, certificate: context.peer.identity)
  }

  /// The wall clock.
  var now: Instant { clock.now }

  /// The monotonic clock.
  var monotonicNanoseconds: Int64 { clock.monotonicNanoseconds }

  /// Whether a caller is let in now as it was when its call began.
  func isCurrent(_ caller: Caller, _ context: CallContext) -> Bool {
    if case .certificate = caller.credential.shown, let certificate = context.peer.identity,
      hasExpired(certificate)
    {
      return false
    }
    return directory.isCurrent(caller, at: clock.now)
  }

  /// A connection may last longer than the certificate with which it began.
  private func hasExpired(_ certificate: PeerIdentity) -> Bool {
    certificate.notAfterSeconds <= clock.now.microseconds / Instant.microsecondsPerSecond
  }

  private enum Shown {
    case key(APIKey)
    case token(String)
  }

  /// What could be a token (RFC 7519): three parts behind `Bearer `, whose case does not matter.
  private static func token(_ value: UnsafeRawBufferPointer) -> String? {
    let scheme = Array("bearer ".utf8)
    guard value.count > scheme.count,
      zip(value, scheme).allSatisfy({ $0 | 0x20 == $1 | 0x20 }),
      value.count(where: { $0 == UInt8(ascii: ".") }) == 2
    else { return nil }
    return String(decoding: value.dropFirst(scheme.count), as: UTF8.self)
  }

  private func caller(_ text: String) throws(CredentialError) -> Caller {
    guard let tokens else { throw .tokenInvalid(.issuer) }
    let token: ExternalToken
    do { token = try tokens.verify(text) } catch { throw .tokenInvalid(error) }
    let shown = TokenSubject(issuer: token.issuer, subject: token.subject)
    guard let caller = directory.caller(shown) else { throw .tokenUnknown }
    return try current(caller)
  }

  private func caller(_ key: APIKey) throws(CredentialError) -> Caller {
    guard key.environment == keyEnvironment else {
      throw .otherEnvironment(key.environment, here: keyEnvironment)
    }
    let found = directory.find(key.id)
    // An unknown id takes as long as a wrong secret.
    let matches = key.matches(found?.digest ?? .ofNothing)
    guard matches, let found else { throw .unknown }
    return try current(found.caller)
  }

  private func caller(_ certificate: PeerIdentity?) throws(CredentialError) -> Caller {
    guard let certificate else { throw .missing }
    guard !hasExpired(certificate) else { throw .ended }
    for name in certificate.names {
      if let name = CertificateName(name), let caller = directory.caller(name) {
        return try current(caller)
      }
    }
    throw .certificateUnknown
  }

  private func current(_ caller: Caller) throws(CredentialError) -> Caller {
    guard !caller.credential.hasEnded(at: clock.now) else { throw .ended }
    return caller
  }
}
