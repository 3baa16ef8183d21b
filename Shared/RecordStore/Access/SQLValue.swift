public import Values

/// A value in a statement's argument or a row's column. There is no floating point: quantities are
/// whole numbers of millionths, times whole numbers of microseconds.
public enum SQLValue: Sendable, Hashable {
  /// NULL.
  case null
  /// INTEGER.
  case int64(Int64)
  /// TEXT.
  case text(String)
  /// BLOB.
  case blob([UInt8])
}

/// What can be an argument of a statement.
public protocol SQLConvertible {
  /// The value as SQLite stores it.
  var sqlValue: SQLValue { get }
}

extension SQLValue: SQLConvertible {
  /// Itself.
  public var sqlValue: SQLValue { self }
}

extension Int64: SQLConvertible {
  /// An INTEGER.
  public var sqlValue: SQLValue { .int64(self) }
}

extension Int: SQLConvertible {
  /// An INTEGER.
  public var sqlValue: SQLValue { .int64(Int64(self)) }
}

extension Int32: SQLConvertible {
  /// An INTEGER.
  public var sqlValue: SQLValue { .int64(Int64(self)) }
}

extension Bool: SQLConvertible {
  /// An INTEGER, 1 or 0.
  public var sqlValue: SQLValue { .int64(self ? 1 : 0) }
}

extension String: SQLConvertible {
  /// A TEXT.
  public var sqlValue: SQLValue { .text(self) }
}

extension [UInt8]: SQLConvertible {
  /// A BLOB.
  public var sqlValue: SQLValue { .blob(self) }
}

extension Optional: SQLConvertible where Wrapped: SQLConvertible {
  /// The wrapped value, or NULL.
  public var sqlValue: SQLValue { self?.sqlValue ?? .null }
}

extension Identifier: SQLConvertible {
  /// A BLOB of 16 bytes.
  public var sqlValue: SQLValue { .blob(bytes) }
}

extension Instant: SQLConvertible {
  /// An INTEGER: microseconds since 1970-01-01 UTC.
  public var sqlValue: SQLValue { .int64(microseconds) }
}

extension Quantity: SQLConvertible {
  /// An INTEGER: millionths.
  public var sqlValue: SQLValue { .int64(millionths) }
}

extension SiteCode: SQLConvertible {
  /// A TEXT.
  public var sqlValue: SQLValue { .text(text) }
}
