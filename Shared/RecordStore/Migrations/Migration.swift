/// One step of a schema, embedded in the program that needs it.
///
/// ```swift
/// let migrations = [
///   Migration(version: 1, name: "create_orders", sql: "CREATE TABLE orders (id BLOB PRIMARY KEY) STRICT;"),
///   Migration(version: 2, name: "add_due_date", sql: "ALTER TABLE orders ADD COLUMN due_at INTEGER;"),
/// ]
/// ```
/// Versions are 1, 2, 3, …; a migration that has been applied somewhere never changes again. Every
/// table is STRICT.
public struct Migration: Sendable, Hashable {
  /// Its place: 1 and upwards, without gaps.
  public let version: Int
  /// What it does, snake_case.
  public let name: String
  /// One or more statements, without BEGIN or COMMIT: each migration is one transaction.
  public let sql: String

  /// A migration of its parts.
  public init(version: Int, name: String, sql: String) {
    self.version = version
    self.name = name
    self.sql = sql
  }

  /// The SHA-256 by which a changed migration is recognised.
  var hash: [UInt8] {
    var digest = CanonicalDigest()
    digest.add(name)
    digest.add(sql)
    return digest.bytes()
  }
}
