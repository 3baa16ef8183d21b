#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The steps on files of which a backup and a restore consist.
enum FileSteps {
  /// What SQLite reads as a part of a database file of that name: a log or a journal left beside a
  /// new file would be played into it.
  static let companionSuffixes = ["-wal", "-journal"]

  static func exists(_ path: String) -> Bool { attributes(path) != nil }

  static func size(_ path: String) -> Int64? { attributes(path).map { Int64($0.st_size) } }

  /// Whether two names lead to one file.
  static func areSame(_ left: String, _ right: String) -> Bool {
    guard let left = attributes(left), let right = attributes(right) else { return false }
    return left.st_dev == right.st_dev && left.st_ino == right.st_ino
  }

  /// Makes an empty file that only its owner may read; refused when there is one.
  static func create(_ path: String) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(path, "cannot be made") }
    close(descriptor)
  }

  /// Makes a directory that only its owner may enter; answers false when there is one.
  static func createDirectory(_ path: String) throws -> Bool {
    if mkdir(path, 0o700) == 0 { return true }
    guard errno == EEXIST else { throw failure(path, "cannot be made") }
    return false
  }

  /// Gives a file the owner of a reference (and its rights, when that is a file), so that a restore
  /// by root leaves a database that the service can open.
  static func adoptOwner(of reference: String, _ path: String) throws {
    guard let wanted = attributes(reference), let found = attributes(path) else { return }
    if wanted.st_uid != found.st_uid || wanted.st_gid != found.st_gid {
      guard chown(path, wanted.st_uid, wanted.st_gid) == 0 else {
        throw failure(path, "cannot be given to the owner of \(reference)")
      }
    }
    guard wanted.st_mode & S_IFMT == S_IFREG else { return }
    guard chmod(path, wanted.st_mode & 0o777) == 0 else {
      throw failure(path, "cannot be given the rights of \(reference)")
    }
  }

  /// Makes the content of a file durable.
  static func synchronize(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    guard descriptor >= 0, fsync(descriptor) == 0 else {
      throw failure(path, "cannot be made durable")
    }
  }

  /// Gives a file a second name; refused when the name is taken.
  static func link(_ path: String, as name: String) throws {
    #if canImport(Glibc)
      let result = Glibc.link(path, name)
    #else
      let result = Darwin.link(path, name)
    #endif
    guard result == 0 else { throw failure(name, "cannot be made a name of \(path)") }
  }

  /// Gives a file another name, in place of whatever had it.
  static func rename(_ path: String, to name: String) throws {
    #if canImport(Glibc)
      let result = Glibc.rename(path, name)
    #else
      let result = Darwin.rename(path, name)
    #endif
    guard result == 0 else { throw failure(name, "cannot be replaced") }
  }

  /// Removes a file that may be there.
  static func remove(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT else { throw failure(path, "cannot be removed") }
  }

  /// The directory of a path.
  static func directory(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
  }

  /// The 32-bit number at an offset of an SQLite file's header, `nil` when it is no such file. For
  /// files that must not even be opened as a database, which can leave files beside them.
  static func headerNumber(of path: String, at offset: Int) -> UInt32? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var header = [UInt8](repeating: 0, count: headerLength)
    guard pread(descriptor, &header, header.count, 0) == header.count,
      header.starts(with: magic)
    else { return nil }
    return header[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Offset of `PRAGMA user_version` in the header.
  static let userVersionOffset = 60
  /// Offset of `PRAGMA application_id` in the header.
  static let applicationIDOffset = 68
  private static let headerLength = 100
  private static let magic = Array("SQLite format 3\0".utf8)

  private static func attributes(_ path: String) -> stat? {
    var attributes = stat()
    return stat(path, &attributes) == 0 ? attributes : nil
  }

  private static func failure(_ path: String, _ problem: String) -> DatabaseFileError {
    if errno == ENOSPC { return .noSpace(path) }
    return .failed(path, reason: "\(problem): \(String(cString: strerror(errno))).")
  }
}
