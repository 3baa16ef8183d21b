import GRDB

extension RecordStoreError {
  /// What an error of GRDB means. The resulting text never holds arguments, which may be a
  /// partner's data.
  init(_ error: DatabaseError) {
    let text = "\(error.message ?? "no message") (\(error.extendedResultCode.rawValue))"
    switch (error.resultCode, error.extendedResultCode) {
    // The shared-memory file of the write-ahead log could not grow: that is a full disk, too.
    case (.SQLITE_FULL, _), (_, .SQLITE_IOERR_SHMSIZE): self = .diskFull
    case (.SQLITE_IOERR, _), (.SQLITE_CANTOPEN, _), (.SQLITE_READONLY, _), (.SQLITE_PROTOCOL, _):
      self = .ioError(text)
    case (.SQLITE_NOMEM, _): self = .outOfMemory
    case (.SQLITE_CORRUPT, _), (.SQLITE_NOTADB, _): self = .corrupted(text)
    case (.SQLITE_BUSY, _), (.SQLITE_LOCKED, _):
      self = .lockedByAnotherProcess("Another program holds a lock in the database file: \(text).")
    case (.SQLITE_CONSTRAINT, let extended): self = .constraint(ConstraintKind(extended), text)
    default: self = .sql(code: error.extendedResultCode.rawValue, text)
    }
  }

  /// Any error as one of ours.
  init(any error: any Error) {
    switch error {
    case let error as RecordStoreError: self = error
    case let error as DatabaseError: self.init(error)
    default: self = .ioError(String(describing: error))
    }
  }
}

extension RecordStoreError.ConstraintKind {
  init(_ code: ResultCode) {
    switch code {
    case .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_ROWID:
      self = .unique
    case .SQLITE_CONSTRAINT_FOREIGNKEY: self = .foreignKey
    case .SQLITE_CONSTRAINT_CHECK: self = .check
    case .SQLITE_CONSTRAINT_NOTNULL: self = .notNull
    case .SQLITE_CONSTRAINT_DATATYPE: self = .dataType
    default: self = .other
    }
  }
}
