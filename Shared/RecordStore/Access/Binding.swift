import CSQLite
import GRDB

/// Statements with SQLite's own functions instead of GRDB's, which take texts as C strings (what
/// follows a NUL would be lost without a word), end the process when a value is too big, and cost
/// more per statement than running it.
extension Statement {
  /// Steps to the next row and answers whether there is one.
  /// - Throws: `DatabaseError`. The statement has been reset then.
  func step() throws -> Bool {
    let result = sqlite3_step(sqliteStatement)
    switch result {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      let message = String(cString: sqlite3_errmsg(sqlite3_db_handle(sqliteStatement)))
      sqlite3_reset(sqliteStatement)
      throw DatabaseError(resultCode: ResultCode(rawValue: result), message: message, sql: sql)
    }
  }

  /// Runs it to its end.
  /// - Throws: `DatabaseError`.
  func run() throws {
    while try step() {}
    // Only now is what it holds given back.
    sqlite3_reset(sqliteStatement)
  }

  /// Binds the arguments in order.
  /// - Throws: ``RecordStoreError/sql(code:_:)`` when the number of arguments differs or a value is
  ///   too big.
  func bind(_ arguments: [any SQLConvertible]) throws {
    sqlite3_reset(sqliteStatement)
    guard arguments.count == Int(sqlite3_bind_parameter_count(sqliteStatement)) else {
      throw RecordStoreError.sql(
        code: SQLITE_MISUSE, "\(arguments.count) arguments do not fit the statement: \(sql)")
    }
    for (index, argument) in arguments.enumerated() {
      let result = bind(argument.sqlValue, at: Int32(index + 1))
      guard result == SQLITE_OK else {
        throw RecordStoreError(DatabaseError(resultCode: ResultCode(rawValue: result)))
      }
    }
  }

  private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
    switch value {
    case .null: return sqlite3_bind_null(sqliteStatement, index)
    case .int64(let number): return sqlite3_bind_int64(sqliteStatement, index, number)
    case .text(var text):
      return text.withUTF8 { bytes in
        // A null pointer would bind NULL.
        bytes.isEmpty
          ? sqlite3_bind_text(sqliteStatement, index, "", 0, Self.copied)
          : sqlite3_bind_text64(
            sqliteStatement, index, bytes.baseAddress, UInt64(bytes.count), Self.copied,
            UInt8(SQLITE_UTF8))
      }
    case .blob(let bytes):
      guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(sqliteStatement, index, 0) }
      return sqlite3_bind_blob64(
        sqliteStatement, index, bytes, UInt64(bytes.count), Self.copied)
    }
  }

  /// SQLITE_TRANSIENT, a macro that Swift does not see: SQLite copies the value before it returns.
  private static var copied: sqlite3_destructor_type? {
    unsafeBitCast(-1, to: sqlite3_destructor_type?.self)
  }
}
