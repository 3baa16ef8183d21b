import Foundation

@testable import RecordStore

/// The files that power cuts leave, the cut before the first operation of a record first.
struct CutImages {
  private let operations: [StorageOperation]
  private var disk: Disk
  private var position: Int
  private var lastImage: Int?

  /// Cuts from a position on.
  init(_ operations: [StorageOperation], from start: Int = 0, fates: Fates) {
    self.operations = operations
    position = start
    disk = Disk(fates: fates)
    for operation in operations.prefix(start) { disk.apply(operation) }
  }

  /// The next files, or `nil` after the last operation. The same files with the same expectations
  /// as before need no second look and are left out.
  mutating func next(
    expecting expectation: (_ position: Int) -> Int
  ) -> (position: Int, files: [String: [UInt8]])? {
    while position <= operations.count {
      let files = disk.afterPowerCut()
      let image = Self.hash(files, expectation(position))
      let cut = position
      if position < operations.count { disk.apply(operations[position]) }
      position += 1
      if image == lastImage { continue }
      lastImage = image
      return (cut, files)
    }
    return nil
  }

  /// A comparison byte by byte would take longer in a debug build than opening the database.
  private static func hash(_ files: [String: [UInt8]], _ expectation: Int) -> Int {
    var hasher = Hasher()
    hasher.combine(expectation)
    for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
      hasher.combine(name)
      hasher.combine(bytes.count)
      bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
    return hasher.finalize()
  }
}

extension Store {
  /// The files of the directory by name.
  func files() throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
      files[name] = Array(try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)")))
    }
    return files
  }

  /// Puts these files into the directory instead of what is there.
  func replaceFiles(with files: [String: [UInt8]]) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
      try FileManager.default.removeItem(atPath: "\(directory)/\(name)")
    }
    let archives = ArchiveShelf.directory(of: path)
    try FileManager.default.createDirectory(atPath: archives, withIntermediateDirectories: false)
    for (name, bytes) in files {
      let isDatabase = name.hasPrefix((path as NSString).lastPathComponent)
      let folder = isDatabase ? directory : archives
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
  }
}
