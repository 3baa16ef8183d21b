import CSQLite
public import Values

/// One row of a result. Columns are numbered from 0 in the order of the SELECT.
///
/// ```swift
/// let totals = try snapshot.row("SELECT good, note FROM totals WHERE site = ?", site) { row in
///   (good: try row.quantity(0), note: try row.optionalText(1))
/// }
/// ```
/// A row is valid only inside the closure that receives it. Every accessor throws
/// ``RecordStoreError/column(index:expected:found:)`` when the column holds another type, or NULL
/// where the accessor is not optional.
public struct Row {
  /// Positioned on this row by the query that made it, which steps it on after the closure returns.
  private let statement: OpaquePointer

  init(statement: OpaquePointer) { self.statement = statement }

  /// An INTEGER.
  public func int64(_ index: Int) throws -> Int64 {
    guard type(index) == SQLITE_INTEGER else { throw mismatch(index, "INTEGER") }
    return sqlite3_column_int64(statement, Int32(index))
  }

  /// An INTEGER as an `Int`.
  public func int(_ index: Int) throws -> Int { Int(try int64(index)) }

  /// An INTEGER that is 0 or 1.
  public func bool(_ index: Int) throws -> Bool { try int64(index) != 0 }

  /// A TEXT.
  public func text(_ index: Int) throws -> String {
    guard type(index) == SQLITE_TEXT, let start = sqlite3_column_text(statement, Int32(index))
    else { throw mismatch(index, "TEXT") }
    let count = Int(sqlite3_column_bytes(statement, Int32(index)))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  /// A BLOB, possibly empty.
  public func blob(_ index: Int) throws -> [UInt8] {
    guard type(index) == SQLITE_BLOB else { throw mismatch(index, "BLOB") }
    // SQLite answers a null pointer for an empty blob.
    guard let start = sqlite3_column_blob(statement, Int32(index)) else { return [] }
    let count = Int(sqlite3_column_bytes(statement, Int32(index)))
    return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }

  /// A BLOB of 16 bytes.
  public func identifier(_ index: Int) throws -> Identifier {
    guard let identifier = Identifier(bytes: try blob(index)) else {
      throw mismatch(index, "BLOB of 16 bytes")
    }
    return identifier
  }

  /// An INTEGER of microseconds since 1970-01-01 UTC.
  public func instant(_ index: Int) throws -> Instant {
    Instant(microseconds: try int64(index))
  }

  /// An INTEGER of millionths.
  public func quantity(_ index: Int) throws -> Quantity {
    guard let quantity = try? Quantity(millionths: try int64(index)) else {
      throw mismatch(index, "INTEGER within the range of a quantity")
    }
    return quantity
  }

  /// A TEXT that is a site code.
  public func site(_ index: Int) throws -> SiteCode { SiteCode(try text(index)) }

  /// Whether the column is NULL.
  public func isNull(_ index: Int) -> Bool { type(index) == SQLITE_NULL }

  /// An INTEGER, or `nil` for NULL.
  public func optionalInt64(_ index: Int) throws -> Int64? {
    isNull(index) ? nil : try int64(index)
  }

  /// A TEXT, or `nil` for NULL.
  public func optionalText(_ index: Int) throws -> String? {
    isNull(index) ? nil : try text(index)
  }

  /// A BLOB, or `nil` for NULL.
  public func optionalBlob(_ index: Int) throws -> [UInt8]? {
    isNull(index) ? nil : try blob(index)
  }

  /// A BLOB of 16 bytes, or `nil` for NULL.
  public func optionalIdentifier(_ index: Int) throws -> Identifier? {
    isNull(index) ? nil : try identifier(index)
  }

  /// An INTEGER of microseconds, or `nil` for NULL.
  public func optionalInstant(_ index: Int) throws -> Instant? {
    isNull(index) ? nil : try instant(index)
  }

  /// An INTEGER of millionths, or `nil` for NULL.
  public func optionalQuantity(_ index: Int) throws -> Quantity? {
    isNull(index) ? nil : try quantity(index)
  }

  /// Whatever the column holds.
  public func value(_ index: Int) throws -> SQLValue {
    switch type(index) {
    case SQLITE_NULL: .null
    case SQLITE_INTEGER: .int64(try int64(index))
    case SQLITE_TEXT: .text(try text(index))
    default: .blob(try blob(index))
    }
  }

  private func type(_ index: Int) -> Int32 { sqlite3_column_type(statement, Int32(index)) }

  private func mismatch(_ index: Int, _ expected: String) -> RecordStoreError {
    let found =
      switch type(index) {
      case SQLITE_NULL: "NULL or no column"
      case SQLITE_INTEGER: "INTEGER \(sqlite3_column_int64(statement, Int32(index)))"
      case SQLITE_TEXT: "TEXT"
      case SQLITE_BLOB: "BLOB of \(sqlite3_column_bytes(statement, Int32(index))) bytes"
      default: "REAL"
      }
    return .column(index: index, expected: expected, found: found)
  }
}
