import Synchronization
public import Values

/// Which in-plant tokens are not believed although they have not expired, as the Gateway has said
/// last. Looked at for every direct call: a dictionary away.
public final class RevocationList: Sendable {
  /// One thing that is revoked.
  public enum Entry: Sendable, Hashable {
    /// The tokens of a credential, from a time on.
    case credential(String, endsAt: Instant)
    /// A partner's tokens of revisions below this one.
    case partner(String, minimumRevision: Int64)
    /// Everybody's tokens that were issued before a time.
    case all(issuedBefore: Instant)
  }

  /// Everything that is revoked.
  public struct Content: Sendable, Hashable {
    /// In which database the epochs are counted.
    public var source: String
    /// Increases with every change.
    public var epoch: Int64
    /// From when tokens of a credential are not believed.
    public var credentials: [String: Instant]
    /// Below which revision tokens of a partner are not believed.
    public var partners: [String: Int64]
    /// Before when tokens of everybody must have been issued not to be believed; `nil` for nobody's.
    public var allIssuedBefore: Instant?

    /// Most entries together: two for each of ten thousand partners, within the time for which a token
    /// lives; about a megabyte as a message. The Gateway replaces more by one entry that is for all.
    public static let maximumEntries = 20_000

    /// A list of its parts.
    public init(
      source: String = "", epoch: Int64 = 0, credentials: [String: Instant] = [:],
      partners: [String: Int64] = [:], allIssuedBefore: Instant? = nil
    ) {
      self.source = source
      self.epoch = epoch
      self.credentials = credentials
      self.partners = partners
      self.allIssuedBefore = allIssuedBefore
    }

    /// A list of entries.
    public init(source: String, epoch: Int64, _ entries: some Sequence<Entry>) {
      self.init(source: source, epoch: epoch)
      for entry in entries {
        switch entry {
        case .credential(let name, let end): credentials[name] = end
        case .partner(let name, let revision): partners[name] = revision
        case .all(let limit): allIssuedBefore = limit
        }
      }
    }

    /// Its entries, in no order.
    public var entries: [Entry] {
      credentials.map { .credential($0.key, endsAt: $0.value) }
        + partners.map { .partner($0.key, minimumRevision: $0.value) }
        + (allIssuedBefore.map { [.all(issuedBefore: $0)] } ?? [])
    }

    /// Whether this holds instead of another that was said before: epochs of different databases
    /// can't be compared, and then the newest word counts.
    public func supersedes(_ other: Content) -> Bool {
      source != other.source || epoch >= other.epoch
    }
  }

  private let content: Mutex<Content>

  /// A list with this content.
  public init(_ content: Content = Content()) { self.content = Mutex(content) }

  /// Replaces the content, unless what is there is newer.
  public func replace(with new: Content) {
    content.withLock { if new.supersedes($0) { $0 = new } }
  }

  /// Whether the token of a principal is not believed any more.
  /// - Parameter issuedAt: when the token was issued.
  public func revokes(_ principal: Principal, issuedAt: Instant, at now: Instant) -> Bool {
    content.withLock { content in
      if let limit = content.allIssuedBefore, issuedAt < limit { return true }
      if let end = content.credentials[principal.credential], end <= now { return true }
      return content.partners[principal.subject].map { principal.revision < $0 } ?? false
    }
  }
}
