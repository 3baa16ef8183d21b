import Environment
import Dispatch
import Foundation
import GRDB
import Testing
import Values

@testable import RecordStore

@Suite("The write-ahead log")
struct CheckpointTests {
  let store: Store

  init() throws { store = try Store() }

  private static let limits = Checkpointer.Limits(duePages: 128, maximumPages: 1_024)

  private var seams: DatabaseSeams { DatabaseSeams(checkpoints: Self.limits) }

  private var logBytes: Int {
    get throws {
      let attributes = try FileManager.default.attributesOfItem(atPath: store.path + "-wal")
      return attributes[.size] as? Int ?? -1
    }
  }

  /// Writes so many pages or a few more, 64 events of a page each per write.
  private func write(pages: Int, to database: RecordStore.Database) async throws {
    for _ in 0..<(pages / 64) {
      try await database.write { transaction in
        for _ in 0..<64 {
          try transaction.outbox.append(
            NewEvent(
              type: "t", site: SiteCode("S"), key: "k", payload: [UInt8](repeating: 1, count: 4_000)
            ))
        }
      }
    }
  }

  @Test("is moved into the file between batches and starts anew, so that it stays small")
  func staysSmall() async throws {
    let database = try store.open(seams: seams)
    try await write(pages: 4 * Self.limits.duePages, to: database)
    #expect(database.counters.checkpoints >= 3)
    #expect(try logBytes < 2 * Self.limits.duePages * 4_300)
    await database.close()
  }

  @Test("grows while a reader holds it, and is cut once that one has gone")
  func waitsForReaders() async throws {
    let database = try store.open(seams: seams)
    let entered = DispatchSemaphore(value: 0)
    let release = DispatchSemaphore(value: 0)
    let reader = Task {
      try await database.read { snapshot in
        let head = try snapshot.feed.head
        entered.signal()
        release.wait()
        return try (head, snapshot.feed.head)
      }
    }
    try await eventually("the reader is inside") { entered.wait(timeout: .now()) == .success }
    let pages = Self.limits.maximumPages + Self.limits.duePages
    try await write(pages: pages, to: database)
    #expect(try logBytes > Self.limits.maximumPages * 4_096)
    release.signal()
    let (first, second) = try await reader.value
    #expect(first == 0 && second == 0)
    try await write(pages: 2 * Self.limits.duePages, to: database)
    #expect(try logBytes < Self.limits.maximumPages * 4_096)
    #expect(database.counters.failedCheckpoints == 0)
    await database.close()
  }

  @Test("grows while another program reads, which holds up no write", .timeLimit(.minutes(1)))
  func doesNotWaitForOtherPrograms() async throws {
    let database = try store.open(seams: seams)
    let tool = try StoreFile.open(store.path)
    try await tool.writeWithoutTransaction { try $0.execute(sql: "BEGIN; SELECT * FROM rs_meta") }
    // Each of some twenty checkpoints would wait for the whole busy timeout of five seconds.
    try await write(pages: Self.limits.maximumPages + 20 * Self.limits.duePages, to: database)
    #expect(try logBytes > Self.limits.maximumPages * 4_096)
    let timeout = try await database.write {
      try $0.row("PRAGMA busy_timeout") { try $0.int64(0) }
    }
    #expect(timeout == Settings.busyTimeoutMilliseconds)
    try tool.close()
    try await write(pages: 2 * Self.limits.duePages, to: database)
    #expect(try logBytes < Self.limits.maximumPages * 4_096)
    await database.close()
  }

  @Test("is empty or gone after closing")
  func isGoneAfterClosing() async throws {
    let database = try store.open(seams: seams)
    try await database.report(good: 1, store.environment)
    await database.close()
    #expect(!FileManager.default.fileExists(atPath: store.path + "-wal"))
  }
}
