import CSQLite
import GRDB

/// The write-ahead log that an earlier process has left, because it was killed or its storage had
/// failed.
///
/// SQLite goes on behind the last commit that it can read there. But what can be read need not be
/// on disk: after a failed fsync the kernel counts the pages as clean, and no later fsync writes
/// them. A power cut would then leave a hole in the log, and everything behind it would be lost.
enum LeftLog {
  /// The largest page. SQLite's own files take no more than that in one call: 128 KiB come out as
  /// a full disk.
  private static let chunkBytes = 64 << 10

  /// Writes the log over itself and synchronizes it. Other programs notice nothing: the bytes stay
  /// as they are, and the write lock keeps them from starting the log anew meanwhile.
  static func rewrite(on connection: GRDB.Database) throws {
    try connection.execute(sql: "BEGIN IMMEDIATE")
    let result = rewrite(connection.sqliteConnection)
    try connection.execute(sql: "ROLLBACK")
    guard result == SQLITE_OK else {
      throw RecordStoreError(
        DatabaseError(
          resultCode: ResultCode(rawValue: result),
          message: "the log of an earlier process cannot be written again"))
    }
  }

  private static func rewrite(_ connection: SQLiteConnection?) -> Int32 {
    var found: UnsafeMutablePointer<sqlite3_file>?
    let result = sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &found)
    guard result == SQLITE_OK else { return result }
    guard let file = found, let methods = file.pointee.pMethods?.pointee else { return SQLITE_OK }
    var size: Int64 = 0
    let sized = methods.xFileSize(file, &size)
    guard sized == SQLITE_OK, size > 0 else { return sized }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 1)
    defer { bytes.deallocate() }
    for offset in stride(from: 0, to: size, by: chunkBytes) {
      let count = Int32(min(Int64(chunkBytes), size - offset))
      let read = methods.xRead(file, bytes.baseAddress, count, offset)
      guard read == SQLITE_OK else { return read }
      let written = methods.xWrite(file, bytes.baseAddress, count, offset)
      guard written == SQLITE_OK else { return written }
    }
    return methods.xSync(file, SQLITE_SYNC_NORMAL)
  }
}
