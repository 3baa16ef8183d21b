import Identity
import Synchronization
public import Values

/// All partners with the credentials that have not ended, as calls need them: in memory, a look-up
/// away. The records have them durably; a change comes here when it is on disk.
public final class PartnerDirectory: Sendable {
  fileprivate struct State {
    var partners: [String: Partner] = [:]
    var credentials: [String: [String: Credential]] = [:]
    var keys: [APIKey.ID: PartnerDirectory.Key] = [:]
    var certificates: [CertificateName: Caller] = [:]
    var tokens: [TokenSubject: Caller] = [:]
  }

  /// A key as it is compared.
  struct Key: Sendable {
    let caller: Caller
    let digest: KeyDigest
  }

  private let state = Mutex(State())

  /// A directory of these.
  public init(partners: [Partner] = [], credentials: [Credential] = [], at now: Instant) {
    for partner in partners { put(partner) }
    for credential in credentials { put(credential, at: now) }
  }

  /// Takes over a partner as it is now, for all of its credentials.
  public func put(_ partner: Partner) {
    state.withLock { state in
      state.partners[partner.name] = partner
      for credential in state.credentials[partner.name, default: [:]].values {
        state.replace(credential, with: Caller(partner, credential))
      }
    }
  }

  /// Takes over a credential as it is now; those of its partner that have ended are forgotten. The
  /// partner is here already.
  public func put(_ credential: Credential, at now: Instant) {
    state.withLock { state in
      guard let partner = state.partners[credential.partner] else { return }
      var credentials = state.credentials[credential.partner, default: [:]]
      credentials[credential.id] = credential
      for old in credentials.values where old.hasEnded(at: now) {
        credentials[old.id] = nil
        state.replace(old, with: nil)
      }
      state.credentials[credential.partner] = credentials
      if !credential.hasEnded(at: now) {
        state.set(Caller(partner, credential), for: credential.shown, id: credential.id)
      }
    }
  }

  /// The key of this identifier.
  func find(_ id: APIKey.ID) -> Key? { state.withLock { $0.keys[id] } }

  /// Who is known by this name of a certificate.
  public func caller(_ name: CertificateName) -> Caller? {
    state.withLock { $0.certificates[name] }
  }

  /// Who is known by this token.
  public func caller(_ subject: TokenSubject) -> Caller? { state.withLock { $0.tokens[subject] } }

  /// Whether somebody who is let in at a time is like this.
  func hasCaller(at now: Instant, where isLike: (Caller) -> Bool) -> Bool {
    state.withLock { state in
      [
        state.keys.values.map(\.caller), Array(state.certificates.values),
        Array(state.tokens.values),
      ]
      .joined().contains { !$0.credential.hasEnded(at: now) && isLike($0) }
    }
  }

  /// Whether a caller is still let in with the rights it had: its credential has not ended, and its
  /// partner has no other rights now.
  public func isCurrent(_ caller: Caller, at now: Instant) -> Bool {
    let found =
      switch caller.credential.shown {
      case .apiKey: APIKey.ID(caller.credential.id).flatMap { find($0)?.caller }
      case .certificate(let name): self.caller(name)
      case .token(let subject): self.caller(subject)
      }
    guard let found, !found.isSuspended else { return false }
    return !found.credential.hasEnded(at: now) && found.principal.hasRights(of: caller.principal)
  }
}

extension PartnerDirectory.State {
  /// Puts something else in the place of a credential, unless another one has taken it since: a name
  /// of a certificate can have become another partner's.
  fileprivate mutating func replace(_ credential: Credential, with caller: Caller?) {
    let holder: Caller? =
      switch credential.shown {
      case .apiKey: APIKey.ID(credential.id).flatMap { keys[$0]?.caller }
      case .certificate(let name): certificates[name]
      case .token(let subject): tokens[subject]
      }
    guard holder?.credential.id == credential.id else { return }
    set(caller, for: credential.shown, id: credential.id)
  }

  fileprivate mutating func set(_ caller: Caller?, for shown: Credential.Shown, id: String) {
    switch shown {
    case .apiKey(let digest):
      // Every stored one is an identifier.
      guard let id = APIKey.ID(id) else { return }
      keys[id] = caller.map { PartnerDirectory.Key(caller: $0, digest: digest) }
    case .certificate(let name): certificates[name] = caller
    case .token(let subject): tokens[subject] = caller
    }
  }
}
