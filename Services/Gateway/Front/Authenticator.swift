public import Environment
public import Identity
public import RPC
import Values

/// Why a caller is not let in. None of them says which part of a credential was wrong.
public enum CredentialError: Error, Sendable, Hashable {
  /// Neither `authorization` metadata nor a client certificate.
  case missing
  /// Not one `Bearer` and an API key.
  case malformed
  /// A key of another environment: a test's, or of another installation's kind.
  case otherEnvironment(KeyEnvironment, here: KeyEnvironment)
  /// No such key: its id is not known, or the secret is not the one that belongs to it.
  case unknown
  /// The key was right, and has ended.
  case ended
  /// No partner is registered for the client certificate, and no other credential was sent.
  case certificateUnknown
}

/// First step of the way in: finds out who is calling, from the API key in
/// `authorization: Bearer mr_live_<id>_<secret>`, or from the client certificate of the connection
/// when there is no such metadata.
public struct Authenticator: Sendable {
  private let directory: PartnerDirectory
  private let keyEnvironment: KeyEnvironment
  private let clock: any Clock

  /// An authenticator of the partners of a directory.
  /// - Parameter keyEnvironment: which keys are let in.
  public init(
    _ directory: PartnerDirectory, keyEnvironment: KeyEnvironment = .live, clock: any Clock
  ) {
    self.directory = directory
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
    let key = metadata.withOnlyValue("authorization") { APIKey(bearer: $0) }
    guard let key = key.flatMap(\.self) else { throw .malformed }
    return try caller(key)
  }

  /// The partner whose credential came with a call.
  func authenticate(_ context: CallContext) throws(CredentialError) -> Caller {
    try authenticate(context.metadata, certificate: context.peer.identity)
  }

  /// The wall clock.
  var now: Instant { clock.now }

  /// Whether a caller is let in now as it was when its call began.
  func isCurrent(_ caller: Caller) -> Bool { directory.isCurrent(caller, at: clock.now) }

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
