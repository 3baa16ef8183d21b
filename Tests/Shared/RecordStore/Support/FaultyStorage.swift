import CFaultVFS
import Foundation
import Testing

@testable import RecordStore

/// A storage that remembers what databases ask of it, and fails when a test wants it to.
final class FaultyStorage: @unchecked Sendable {
  /// Guarded by a mutex of its own.
  private let storage: OpaquePointer

  struct OutOfMemory: Error {}

  init() throws {
    guard let storage = faulty_storage_create() else { throw OutOfMemory() }
    self.storage = storage
  }

  deinit { faulty_storage_destroy(storage) }

  /// Calls that can fail.
  struct Calls: OptionSet, Sendable, CustomTestStringConvertible {
    let rawValue: UInt32
    static let reads = Calls(rawValue: 1)
    static let writes = Calls(rawValue: 2)
    static let syncs = Calls(rawValue: 4)
    static let truncations = Calls(rawValue: 8)
    /// Opening and deleting files.
    static let names = Calls(rawValue: 16)
    static let all: Calls = [.reads, .writes, .syncs, .truncations, .names]

    var testDescription: String {
      let names = ["reads", "writes", "syncs", "truncations", "names"]
      return names.enumerated().filter { rawValue & 1 << $0.offset != 0 }.map(\.element)
        .joined(separator: "+")
    }
  }

  /// What makes a database use this storage. Its files are made through it from the first on.
  var seams: DatabaseSeams {
    var seams = DatabaseSeams()
    seams.storage = String(cString: faulty_storage_name(storage))
    seams.synchronizeDirectory = { [self] _ in
      guard faulty_storage_synchronize_directory(storage) != 0 else {
        throw RecordStoreError.ioError("the directory cannot be synchronized")
      }
    }
    return seams
  }

  /// How much has been recorded.
  var position: Int { Int(faulty_storage_position(storage)) }

  /// What has been recorded.
  var operations: [StorageOperation] {
    (0..<position).map { StorageOperation(faulty_storage_operation(storage, Int64($0))) }
  }

  /// From now on the `nth` of these calls fails, and with `persistently` all after it.
  func fail(_ calls: Calls, at nth: Int, persistently: Bool) {
    faulty_storage_fail(storage, calls.rawValue, Int64(nth), persistently ? 1 : 0)
  }

  /// From now on the files may grow by so many bytes.
  func limit(toBytes bytes: Int) { faulty_storage_limit(storage, Int64(bytes)) }

  /// Ends every fault and limit.
  func heal() { faulty_storage_heal(storage) }

  /// How many calls have failed since the fault or limit was set.
  var failures: Int { Int(faulty_storage_failures(storage)) }
}

/// What a database asked of its storage. A file keeps its number when its name goes.
enum StorageOperation: Sendable, Equatable {
  case create(file: Int32, name: String)
  case delete(name: String)
  case write(file: Int32, offset: Int, bytes: [UInt8])
  case truncate(file: Int32, size: Int)
  case sync(file: Int32)
  /// What was written before may be on disk or not, whatever is synchronized later.
  case failedSync(file: Int32)
  /// Makes the names durable.
  case directorySync

  init(_ operation: faulty_operation) {
    let bytes = Array(UnsafeRawBufferPointer(start: operation.bytes, count: Int(operation.count)))
    let (file, offset) = (operation.file, Int(operation.offset))
    let name = { (String(decoding: bytes, as: UTF8.self) as NSString).lastPathComponent }
    switch operation.kind {
    case FAULTY_CREATE: self = .create(file: file, name: name())
    case FAULTY_DELETE: self = .delete(name: name())
    case FAULTY_WRITE: self = .write(file: file, offset: offset, bytes: bytes)
    case FAULTY_TRUNCATE: self = .truncate(file: file, size: offset)
    case FAULTY_SYNC: self = .sync(file: file)
    case FAULTY_FAILED_SYNC: self = .failedSync(file: file)
    default: self = .directorySync
    }
  }
}
