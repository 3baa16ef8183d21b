/// A disk with a volatile cache: what it holds for certain, and what it may hold.
struct Disk: Sendable {
  private enum Change: Sendable {
    case write(offset: Int, bytes: [UInt8])
    case truncate(size: Int)
  }

  private struct File: Sendable {
    var durable: [UInt8] = []
    var pending: [Change] = []
    /// So many of the pending changes will never be made certain: a sync of theirs has failed.
    var abandoned = 0
  }

  private struct Renaming: Sendable {
    let name: String
    /// `nil` when the name goes.
    let file: Int32?
  }

  private var files: [Int32: File] = [:]
  private var names: [String: Int32] = [:]
  private var pendingNames: [Renaming] = []
  private(set) var fates: Fates

  init(fates: Fates) { self.fates = fates }

  /// Takes over the next operation of a record.
  mutating func apply(_ operation: StorageOperation) {
    switch operation {
    case .create(let file, let name):
      files[file] = File()
      pendingNames.append(Renaming(name: name, file: file))
    case .delete(let name):
      pendingNames.append(Renaming(name: name, file: nil))
    case .write(let file, let offset, let bytes):
      files[file]?.pending.append(.write(offset: offset, bytes: bytes))
    case .truncate(let file, let size):
      files[file]?.pending.append(.truncate(size: size))
    case .sync(let file):
      synchronize(file)
    case .failedSync(let file):
      let pending = files[file]?.pending.count ?? 0
      files[file]?.abandoned = pending
    case .directorySync:
      for change in pendingNames { names[change.name] = change.file }
      pendingNames = []
    }
  }

  private mutating func synchronize(_ number: Int32) {
    guard var file = files.removeValue(forKey: number) else { return }
    for (index, change) in file.pending.enumerated() {
      if index < file.abandoned {
        Self.make(change, by: &fates, in: &file.durable)
      } else {
        Self.make(change, in: &file.durable)
      }
    }
    file.pending = []
    file.abandoned = 0
    files[number] = file
  }

  /// The files by name, should the power go now.
  mutating func afterPowerCut() -> [String: [UInt8]] {
    var surviving = names
    for (name, changes) in Dictionary(grouping: pendingNames, by: \.name).sorted(by: {
      $0.key < $1.key
    }) {
      if let last = changes.prefix(fates.kept(of: changes.count)).last {
        surviving[name] = last.file
      }
    }
    var image: [String: [UInt8]] = [:]
    for (name, number) in surviving.sorted(by: { $0.key < $1.key }) {
      guard let file = files[number] else { continue }
      var bytes = file.durable
      for change in file.pending { Self.make(change, by: &fates, in: &bytes) }
      image[name] = bytes
    }
    return image
  }

  private static func make(_ change: Change, by fates: inout Fates, in file: inout [UInt8]) {
    switch change {
    case .write(let offset, let bytes):
      for range in fates.survivors(of: offset..<offset + bytes.count) {
        copy(
          bytes, from: range.lowerBound - offset, count: range.count, to: range.lowerBound,
          in: &file)
      }
    case .truncate(let size):
      if fates.keeps() { resize(&file, to: size) }
    }
  }

  private static func make(_ change: Change, in file: inout [UInt8]) {
    switch change {
    case .write(let offset, let bytes):
      copy(bytes, from: 0, count: bytes.count, to: offset, in: &file)
    case .truncate(let size):
      resize(&file, to: size)
    }
  }

  private static func resize(_ file: inout [UInt8], to size: Int) {
    if size < file.count {
      file.removeLast(file.count - size)
    } else {
      file += [UInt8](repeating: 0, count: size - file.count)
    }
  }

  /// Copies in one go: byte by byte a debug build would take minutes.
  private static func copy(
    _ bytes: [UInt8], from start: Int, count: Int, to offset: Int, in file: inout [UInt8]
  ) {
    if file.count < offset + count { resize(&file, to: offset + count) }
    file.withUnsafeMutableBytes { file in
      bytes.withUnsafeBytes { bytes in
        let source = UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
        UnsafeMutableRawBufferPointer(rebasing: file[offset..<offset + count])
          .copyMemory(from: source)
      }
    }
  }
}
