import GRDB
import Synchronization
import Values

/// The archives of a database: files of one month each, in a directory beside it.
final class ArchiveShelf: Sendable {
  let directory: String
  private let seams: DatabaseSeams
  /// Whether it is the database's writer, and may finish what a crash has left. Tools only look.
  private let isOwner: Bool
  /// Open for reading, the one used last at the end.
  private let open = Mutex<[(name: String, queue: DatabaseQueue)]>([])

  /// Files that stay open: who asks for something old asks for more of the same month.
  private static let maximumOpen = 4
  /// 1 MiB of pages for each.
  private static let cacheKibibytes = 1_024

  init(databasePath: String, isOwner: Bool = false, seams: DatabaseSeams = DatabaseSeams()) {
    self.isOwner = isOwner
    directory = Self.directory(of: databasePath)
    self.seams = seams
  }

  /// Where the archives of a database are.
  static func directory(of database: String) -> String { database + ".archives" }

  func path(_ name: String) -> String { "\(directory)/\(name)" }

  /// Reads an archive.
  /// - Throws: ``RecordStoreError/archive(_:)`` when the file is not there or cannot be read; what
  ///   `body` throws.
  func read<T>(_ name: String, now: Instant, _ body: (Snapshot) throws -> T) throws -> T {
    let queue = try queue(name)
    do {
      return try queue.writeWithoutTransaction {
        try Snapshot.run(body, on: $0, now: now).get()
      }
    } catch let error as RecordStoreError {
      // Opening it anew may repair it.
      forget(name)
      throw RecordStoreError.archive("\(path(name)): \(error)")
    }
  }

  private func queue(_ name: String) throws -> DatabaseQueue {
    let found = open.withLock { open in
      guard let index = open.firstIndex(where: { $0.name == name }) else {
        return nil as DatabaseQueue?
      }
      open.append(open.remove(at: index))
      return open.last?.queue
    }
    if let found { return found }
    if isOwner { try takeBackUnfinished(name) }
    let queue = try connect(name, .tool)
    open.withLock { open in
      open.append((name, queue))
      if open.count > Self.maximumOpen { open.removeFirst() }
    }
    return queue
  }

  private func forget(_ name: String) {
    open.withLock { $0.removeAll { $0.name == name } }
  }

  /// Takes back a copy that a crash has interrupted, if there is one: its journal keeps those from
  /// reading who may not write.
  private func takeBackUnfinished(_ name: String) throws {
    guard FileSteps.exists(path(name) + "-journal") else { return }
    let queue = try connect(name, .archiver)
    try queue.close()
  }

  /// A connection to an archive; the writer's makes the file.
  func connect(_ name: String, _ role: ConnectionRole) throws -> DatabaseQueue {
    do {
      return try ConnectionFactory(
        path: path(name), cacheKibibytes: Self.cacheKibibytes, seams: seams
      ).open(role)
    } catch {
      throw RecordStoreError.archive("\(path(name)): \(error)")
    }
  }

  /// Makes the directory, durably.
  func prepare() throws {
    if try FileSteps.createDirectory(directory) {
      try seams.synchronizeDirectory(directory)
    }
  }

  /// Makes the names of new archives durable.
  func synchronize() throws { try seams.synchronizeDirectory(path("")) }
}
