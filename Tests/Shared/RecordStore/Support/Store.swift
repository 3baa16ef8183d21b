import Environment
import Foundation
import GRDB
import Testing
import Values

@testable import RecordStore

/// A directory with a database file of its own, removed with this value.
final class Store: Sendable {
  let directory: String
  let environment: Environment
  let clock: ManualClock

  static let migrations = [
    Migration(
      version: 1, name: "create_reports",
      sql: """
        CREATE TABLE orders (name TEXT PRIMARY KEY) STRICT;
        CREATE TABLE reports (
          id BLOB PRIMARY KEY,
          good INTEGER NOT NULL CHECK (good >= 0),
          order_name TEXT REFERENCES orders (name) DEFERRABLE INITIALLY DEFERRED
        ) STRICT, WITHOUT ROWID;
        """)
  ]

  /// Where a test puts many short-lived files: in memory, where the system has such a directory.
  static var memory: URL {
    FileManager.default.fileExists(atPath: "/dev/shm")
      ? URL(fileURLWithPath: "/dev/shm") : FileManager.default.temporaryDirectory
  }

  init(seed: UInt64 = 1, in parent: URL = FileManager.default.temporaryDirectory) throws {
    (environment, clock) = Environment.manual(seed: seed)
    let url = parent.appendingPathComponent("records-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    directory = url.path
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: directory)
    } catch {
      Issue.record("the test's directory stays behind: \(error)")
    }
  }

  var path: String { directory + "/records.sqlite" }
  var backup: String { directory + "/backup" }

  /// Overwrites the first page of a table in a closed file.
  func damage(table: String, in path: String? = nil) throws {
    let path = path ?? self.path
    let queue = try DatabaseQueue(path: path)
    let (root, size) = try queue.read { connection in
      (
        try Int.fetchOne(
          connection, sql: "SELECT rootpage FROM sqlite_schema WHERE name = ?", arguments: [table])
          ?? 0,
        try Int.fetchOne(connection, sql: "PRAGMA page_size") ?? 0
      )
    }
    try queue.close()
    let file = try #require(FileHandle(forUpdatingAtPath: path))
    try file.seek(toOffset: UInt64((root - 1) * size))
    try file.write(contentsOf: Data(repeating: 0x5A, count: size))
    try file.close()
  }

  func open(
    migrations: [Migration] = Store.migrations, seams: DatabaseSeams = DatabaseSeams(),
    configure: (inout DatabaseConfiguration) -> Void = { _ in }
  ) throws -> RecordStore.Database {
    var configuration = DatabaseConfiguration(path: path)
    configure(&configuration)
    return try RecordStore.Database.open(
      configuration, migrations: migrations, environment: environment, seams: seams)
  }
}

extension RecordStore.Database {
  /// Inserts a report of so many good pieces and answers its id.
  @discardableResult
  func report(good: Int64, order: String? = nil, _ environment: Environment) async throws
    -> Identifier
  {
    let id = environment.identifiers.next()
    try await write { transaction in
      try transaction.execute(
        "INSERT INTO reports (id, good, order_name) VALUES (?, ?, ?)", id, good, order)
    }
    return id
  }

  /// How many reports are stored.
  func reportCount() async throws -> Int64 {
    try await read { try $0.row("SELECT count(*) FROM reports") { try $0.int64(0) } ?? -1 }
  }
}

/// An event of no particular content.
func event(_ key: String = "MO/1", type: String = "test.v1.Happened", site: String = "PLANT1")
  -> NewEvent
{
  NewEvent(type: type, site: SiteCode(site), key: key, payload: Array(key.utf8))
}

/// An event with a payload of so many bytes.
func event(_ key: String, size: Int) -> NewEvent {
  NewEvent(
    type: "test.v1.Big", site: SiteCode("PLANT1"), key: key,
    payload: [UInt8](repeating: 7, count: size))
}

/// Waits until the condition holds, at most a minute: the machine may be busy with much else.
func eventually(
  _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let clock = Environment.system.clock
  let limit = clock.monotonicNanoseconds + 60_000_000_000
  while try await !condition() {
    guard clock.monotonicNanoseconds < limit else {
      Issue.record("never came true: \(comment)", sourceLocation: sourceLocation)
      return
    }
    await Task.yield()
  }
}
