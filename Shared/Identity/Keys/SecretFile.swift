#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Small files that hold keys: read with their permissions checked, written so that nobody else can
/// read them.
public enum SecretFile {
  /// Why a file was not read or written. Its description names the file, never its content.
  public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// What is wrong with it, as the rest of a sentence.
    public let problem: String
    /// For people: `keys/a.pem: must not be readable by others (mode 0600)`.
    public var description: String { "\(path): \(problem)" }

    /// A failure.
    public init(path: String, problem: String) {
      self.path = path
      self.problem = problem
    }
  }

  /// Largest file, in bytes: a key set of a hundred keys is a tenth of it.
  public static let maximumByteCount = 256 << 10

  /// Reads a whole file.
  /// - Parameter isPrivate: true for secrets: the file must belong to nobody but its owner (no
  ///   group or other permissions).
  public static func read(_ path: String, isPrivate: Bool) throws(Failure) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Failure(path: path, problem: "cannot be opened: \(reason())") }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(path: path, problem: "is not a file")
    }
    guard !isPrivate || status.st_mode & 0o077 == 0 else {
      throw Failure(path: path, problem: "must not be accessible to others (mode 0600)")
    }
    guard status.st_size <= Self.maximumByteCount else {
      throw Failure(path: path, problem: "is larger than \(maximumByteCount) bytes")
    }
    return try contents(of: file, count: Int(status.st_size), path)
  }

  /// The secret that a private file holds alone: its first line, so that an editor's line end does no
  /// harm.
  public static func line(_ path: String) throws(Failure) -> String {
    let bytes = try read(path, isPrivate: true)
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    if line.isEmpty { throw Failure(path: path, problem: "holds nothing in its first line") }
    return String(decoding: line, as: UTF8.self)
  }

  private static func contents(of file: Int32, count: Int, _ path: String) throws(Failure)
    -> [UInt8]
  {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let part = bytes.withUnsafeMutableBytes { buffer in
        // The range is inside the buffer: filled is below count.
        pread(file, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(filled))
      }
      guard part > 0 else { throw Failure(path: path, problem: "cannot be read: \(reason())") }
      filled += part
    }
    return bytes
  }

  /// Writes a new file; refused when there is one already.
  /// - Parameter isPrivate: true for secrets (mode 0600), false for public material (mode 0644).
  public static func create(_ path: String, _ bytes: [UInt8], isPrivate: Bool) throws(Failure) {
    let mode: mode_t = isPrivate ? 0o600 : 0o644
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard file >= 0 else { throw Failure(path: path, problem: "cannot be created: \(reason())") }
    defer { close(file) }
    var written = 0
    while written < bytes.count {
      let part = bytes.withUnsafeBytes { buffer in
        write(file, buffer.baseAddress?.advanced(by: written), bytes.count - written)
      }
      guard part > 0 else { throw Failure(path: path, problem: "cannot be written: \(reason())") }
      written += part
    }
    guard fsync(file) == 0 else {
      throw Failure(path: path, problem: "cannot be written: \(reason())")
    }
  }

  private static func reason() -> String { String(cString: strerror(errno)) }
}
