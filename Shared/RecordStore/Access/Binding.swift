import CSQLite
import GRDB

extension Statement {
  /// Binds the arguments in order.
  ///
  /// With SQLite's own functions instead of GRDB's, which takes texts as C strings (what follows a
  /// NUL would be lost without a word), ends the process when a value is too big, and costs more
  /// per statement than running it.
  /// - Throws: ``RecordStoreError/sql(code:_:)`` when the number of arguments differs or a value is
  ///   too big.
  func bind(_ arguments: [any SQLConvertible]) throws {
    // Resets the statement, and tells GRDB that nothing is left to be bound or checked.
    setUncheckedArguments(StatementArguments())
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
