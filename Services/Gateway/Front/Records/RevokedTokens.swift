import Identity
import RecordStore
import ServiceKit
import Values

/// Which in-plant tokens services must not believe any more, as it is stored. An entry is kept for as
/// long as a token lives that was issued before it.
enum RevokedTokens {
  /// Adds an entry, and forgets those that have become useless.
  static func add(_ entry: RevocationList.Entry, _ transaction: Transaction) throws {
    try transaction.execute(
      "DELETE FROM front_revoked_tokens WHERE kept_until <= ?", transaction.now)
    try put(try fits(transaction) ? entry : .all(issuedBefore: transaction.now), transaction)
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
    let entries = try snapshot.rows("SELECT kind, name, bound FROM front_revoked_tokens") {
      try RevocationList.Entry($0)
    }
    return RevocationList.Content(
      source: source.description, epoch: try epoch(snapshot), entries)
  }

  private static func fits(_ snapshot: Snapshot) throws -> Bool {
    let count = try snapshot.row("SELECT count(*) FROM front_revoked_tokens") { try $0.int(0) }
    return (count ?? 0) < RevocationList.Content.maximumEntries
  }

  private static func put(
    _ entry: RevocationList.Entry, _ transaction: Transaction
  ) throws {
    // What is for all needs no other entry beside it.
    if case .all = entry { try transaction.execute("DELETE FROM front_revoked_tokens") }
    let keptUntil = transaction.now.advanced(seconds: TokenProfile.inPlant.maximumLifetimeSeconds)
    try transaction.execute(
      """
      INSERT INTO front_revoked_tokens VALUES (?, ?, ?, ?)
      ON CONFLICT (kind, name) DO UPDATE SET bound = excluded.bound, kept_until = excluded.kept_until
      """, entry.kind, entry.name, entry.bound, keptUntil)
  }
}
