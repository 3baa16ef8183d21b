import Environment
import Foundation
import Logging
import RecordStore
import Testing
import Values

@testable import ServiceKit

@Suite("The archiver")
final class RecordArchiverTests: Sendable {
  private let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "millrace-archiver-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private static let plan = ArchivePlan(
    name: "holds",
    due: """
      SELECT id, 1, 'hold ' || id, closed_at FROM holds WHERE archived = 0 AND closed_at < ?1
      ORDER BY closed_at LIMIT ?2
      """,
    take: "UPDATE holds SET archived = 1 WHERE id = ?1 AND ?2 = 1",
    tables: [.init("holds", key: "id", order: "id", isKept: true)])

  private static let migrations = [
    Migration(
      version: 1, name: "create_holds",
      sql: """
        CREATE TABLE holds (
          id INTEGER PRIMARY KEY, closed_at INTEGER NOT NULL, archived INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        """)
  ]

  @Test("moves all that was closed for so many days, however much that is, and nothing else")
  func looks() async throws {
    let (environment, clock) = Environment.manual(seed: 1)
    let database = try Database.open(
      DatabaseConfiguration(path: folder + "/records.sqlite"), migrations: Self.migrations,
      environment: environment)
    try await database.write { transaction in
      for id in 0..<300 {
        let day = Int64(id < 250 ? 0 : 10)
        try transaction.execute(
          "INSERT INTO holds (id, closed_at) VALUES (?, ?)", id,
          transaction.now.advanced(seconds: day * 86_400))
      }
    }
    let archiver = RecordArchiver(
      database, rule: RecordArchiver.Rule(plan: Self.plan, afterDays: 30), clock: clock,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    #expect(try await archiver.look() == 0)
    clock.advance(milliseconds: 31 * 86_400_000)
    #expect(try await archiver.look() == 250)
    #expect(try await archiver.look() == 0)
    clock.advance(milliseconds: 10 * 86_400_000)
    #expect(try await archiver.look() == 50)
    await database.close()
  }
}
