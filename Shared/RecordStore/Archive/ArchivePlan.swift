/// Which records leave the database when they have been closed for long, and what belongs to each.
///
/// ```swift
/// let plan = ArchivePlan(
///   name: "orders",
///   due: """
///     SELECT order_id, revision, name, closed_at FROM orders
///     WHERE closed_at < ?1 AND archived = 0 ORDER BY closed_at LIMIT ?2
///     """,
///   take: "UPDATE orders SET archived = 1 WHERE order_id = ?1 AND revision = ?2",
///   tables: [
///     .init("orders", key: "order_id", order: "order_id", isKept: true),
///     .init("reports", key: "order_id", order: "sequence"),
///   ])
/// ```
/// The record's own row stays, so that its name is never given to another one and readers find out
/// that the rest is in an archive. So do the identities of its facts, which the ledger keeps.
public struct ArchivePlan: Sendable, Hashable {
  /// A table with rows of the record.
  public struct Table: Sendable, Hashable {
    let name: String
    let key: String
    let order: String
    let isKept: Bool

    /// A table of its parts.
    /// - Parameters:
    ///   - key: the INTEGER column with the record's key.
    ///   - order: the INTEGER column that tells the rows of one record apart.
    ///   - isKept: whether the rows are copied only: the record's own row.
    public init(_ name: String, key: String, order: String, isKept: Bool = false) {
      self.name = name
      self.key = key
      self.order = order
      self.isKept = isKept
    }
  }

  /// What the records are, in the plural: a part of the files' names.
  public let name: String
  /// A query for at most `?2` records closed before `?1`, the earliest first: key, revision, a name
  /// for the auditor, when it was closed.
  let due: String
  /// A statement that marks the record `?1` as archived if its revision still is `?2`.
  let take: String
  /// A table that others refer to comes before them.
  let tables: [Table]

  /// A plan of its parts.
  public init(name: String, due: String, take: String, tables: [Table]) {
    self.name = name
    self.due = due
    self.take = take
    self.tables = tables
  }
}
