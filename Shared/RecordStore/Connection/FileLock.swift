import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Makes sure that one process writes to a database: an exclusive `flock` on a file beside it, held
/// as long as this value lives and released by the kernel however the process ends.
final class FileLock: Sendable {
  private static let released: Int32 = -1
  private let descriptor: Mutex<Int32>

  /// Takes the lock of the database at `path`, or says who has it.
  init(databasePath path: String) throws(RecordStoreError) {
    let lockPath = Self.path(of: path)
    // Close-on-exec, or a child process would keep the lock after this one has died.
    let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .ioError("the lock file \(lockPath) cannot be opened: \(Self.lastError())")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason =
        errno == EWOULDBLOCK ? "in use by process \(Self.owner(descriptor))" : Self.lastError()
      close(descriptor)
      throw .lockedByAnotherProcess("The database \(path) cannot be locked for writing: \(reason).")
    }
    self.descriptor = Mutex(descriptor)
    Self.writeOwner(descriptor)
  }

  deinit { release() }

  /// The file beside a database that is locked.
  static func path(of database: String) -> String { database + ".lock" }

  /// Gives the lock back. Nothing happens the second time.
  func release() {
    descriptor.withLock { descriptor in
      if descriptor != Self.released { close(descriptor) }
      descriptor = Self.released
    }
  }

  /// The process number is for people only; the lock does not depend on it.
  private static func writeOwner(_ descriptor: Int32) {
    let text = Array("\(getpid())\n".utf8)
    if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
  }

  private static func owner(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let digits = bytes.prefix(max(count, 0)).prefix { $0 != UInt8(ascii: "\n") }
    return digits.isEmpty ? "unknown" : String(decoding: digits, as: UTF8.self)
  }

  private static func lastError() -> String { String(cString: strerror(errno)) }
}

/// Makes the names of newly created files in the directory of `path` durable.
func synchronizeDirectory(of path: String) throws(RecordStoreError) {
  let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
  let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  defer { if descriptor >= 0 { close(descriptor) } }
  guard descriptor >= 0, fsync(descriptor) == 0 else {
    throw .ioError(
      "the directory \(directory) cannot be synchronized: \(String(cString: strerror(errno)))")
  }
}
