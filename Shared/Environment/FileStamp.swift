#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What tells one version of a file from the next: when it was changed, how long it is, and which
/// file it is.
public struct FileStamp: Sendable, Hashable {
  private let seconds: Int
  private let nanoseconds: Int
  private let byteCount: Int64
  private let node: UInt64

  /// The stamp of a file now; `nil` when it is not there.
  public init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    #if canImport(Glibc)
      let time = status.st_mtim
    #else
      let time = status.st_mtimespec
    #endif
    (seconds, nanoseconds) = (time.tv_sec, time.tv_nsec)
    (byteCount, node) = (Int64(status.st_size), UInt64(status.st_ino))
  }
}
