public import Values

/// By which a database, its backup and what was restored of it are told apart and compared.
public struct StoreFacts: Sendable, Hashable {
  /// The incarnation.
  public let incarnation: Incarnation
  /// When the database was first made.
  public let createdAt: Instant
  /// The sequence of the newest event, 0 when there never was one.
  public let newestEvent: Int64
  /// Events up to this sequence may have been deleted.
  public let prunedThrough: Int64
  /// The sequence of the newest audit entry, 0 when there is none.
  public let auditSequence: Int64

  init(_ snapshot: Snapshot) throws {
    let meta = try snapshot.row("SELECT incarnation, created_at, pruned_through FROM rs_meta") {
      (try $0.identifier(0), try $0.instant(1), try $0.int64(2))
    }
    guard let meta else { throw RecordStoreError.corrupted("rs_meta is empty") }
    incarnation = Incarnation(meta.0)
    createdAt = meta.1
    prunedThrough = meta.2
    newestEvent = try snapshot.feed.head
    auditSequence =
      try snapshot.row("SELECT coalesce(max(sequence), 0) FROM rs_audit") { try $0.int64(0) } ?? 0
  }
}
