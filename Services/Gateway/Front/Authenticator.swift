public import Identity
public import RPC

/// Why a caller is not let in. None of them says which part of a credential was wrong.
public enum CredentialError: Error, Sendable, Hashable {
  /// No `authorization` metadata.
  case missing
  /// Not one `Bearer mr_live_…`.
  case malformed
  /// No such key: its id is not known, or the secret is not the one that belongs to it.
  case unknown
}

/// First step of the way in: finds out who is calling from the API key in
/// `authorization: Bearer mr_live_<id>_<secret>`.
public struct Authenticator: Sendable {
  /// Who calls, and how much it may.
  public struct Caller: Sendable, Hashable {
    /// As the services will see it.
    public let principal: Principal
    /// Its limits.
    public let limits: CallLimits
  }

  private struct Entry: Sendable {
    let caller: Caller
    let secretHash: String
  }

  /// Compared against when the id is not known, so that it takes as long as a wrong secret.
  private static let hashOfNothing = String(repeating: "0", count: PartnerKey.hashLength)
  private static let scheme = "bearer "

  private let entries: [String: Entry]

  /// An authenticator that knows the partners of a file.
  public init(partners: PartnersFile) {
    var entries: [String: Entry] = [:]
    for partner in partners.partners {
      let principal = Principal(
        subject: partner.id, kind: .partner, sites: Set(partner.sites), roles: Set(partner.roles))
      let caller = Caller(principal: principal, limits: partner.limits)
      for key in partner.keys {
        entries[key.id] = Entry(caller: caller, secretHash: key.secretHash)
      }
    }
    self.entries = entries
  }

  /// The partner whose key is in the metadata.
  public func authenticate(_ metadata: Metadata) throws(CredentialError) -> Caller {
    let credentials = metadata.values("authorization")
    guard let credential = credentials.first else { throw .missing }
    guard credentials.count == 1, let key = Self.key(credential) else { throw .malformed }
    let entry = entries[key.id]
    let matches = key.matches(secretHash: entry?.secretHash ?? Self.hashOfNothing)
    guard matches, let entry else { throw .unknown }
    return entry.caller
  }

  /// The key behind `Bearer `; the scheme's name is case-insensitive (RFC 9110 §11.1).
  private static func key(_ credential: String) -> APIKey? {
    guard credential.prefix(scheme.count).lowercased() == scheme else { return nil }
    return APIKey(parsing: String(credential.dropFirst(scheme.count)))
  }
}
