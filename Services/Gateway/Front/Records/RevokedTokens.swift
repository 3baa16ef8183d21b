import Identity
import RecordStore
import Values

/// Which in-plant tokens services must not believe any more, as it is stored. An entry is kept for as
/// long as a token lives that was issued before it.
enum RevokedTokens {
  /// One entry.
  enum Entry {
    /// The tokens of a credential, from a time on.
    case credential(String, Instant)
    /// A partner's tokens of revisions below this one.
    case partner(String, Int64)
    /// Everybody's tokens that were issued before a time.
    case all(Instant)
  }

  /// Adds an entry, and forgets those that have become useless.
  static func add(_ entry: Entry, _ transaction: Transaction) throws {
    try transaction.execute(
      "DELETE FROM front_revoked_tokens WHERE kept_until <= ?", transaction.now)
    try put(try fits(transaction) ? entry : .all(transaction.now), transaction)
    try transaction.execute("UPDATE front_revocation_epoch SET epoch = epoch + 1")
  }

  /// How often the list has changed.
  static func epoch(_ snapshot: Snapshot) throws -> Int64 {
    try snapshot.row("SELECT epoch FROM front_revocation_epoch") { try $0.int64(0) } ?? 0
  }

  /// The list as services are told.
  static func content(_ source: Incarnation, _ snapshot: Snapshot) throws
    -> RevocationList.Content
  {
    var content = RevocationList.Content(source: source.description, epoch: try epoch(snapshot))
    let rows = try snapshot.rows("SELECT kind, name, bound FROM front_revoked_tokens") {
      (kind: try $0.text(0), name: try $0.text(1), bound: try $0.int64(2))
    }
    for row in rows {
      switch row.kind {
      case "credential": content.credentials[row.name] = Instant(microseconds: row.bound)
      case "partner": content.partners[row.name] = row.bound
      default: content.allIssuedBefore = Instant(microseconds: row.bound)
      }
    }
    return content
  }

  private static func fits(_ snapshot: Snapshot) throws -> Bool {
    let count = try snapshot.row("SELECT count(*) FROM front_revoked_tokens") { try $0.int(0) }
    return (count ?? 0) < RevocationList.Content.maximumEntries
  }

  private static func put(_ entry: Entry, _ transaction: Transaction) throws {
    switch entry {
    case .credential(let id, let end):
      try insert("credential", id, end.microseconds, transaction)
    case .partner(let name, let revision): try insert("partner", name, revision, transaction)
    case .all(let limit):
      try transaction.execute("DELETE FROM front_revoked_tokens")
      try insert("all", "", limit.microseconds, transaction)
    }
  }

  private static func insert(
    _ kind: String, _ name: String, _ bound: Int64, _ transaction: Transaction
  ) throws {
    let keptUntil = transaction.now.advanced(seconds: TokenProfile.inPlant.maximumLifetimeSeconds)
    try transaction.execute(
      """
      INSERT INTO front_revoked_tokens VALUES (?, ?, ?, ?)
      ON CONFLICT (kind, name) DO UPDATE SET bound = excluded.bound, kept_until = excluded.kept_until
      """, kind, name, bound, keptUntil)
  }
}
