import Contracts
import Environment
import Foundation
import Logging
import RecordStore
import Synchronization
import Testing
import Values

@testable import ServiceKit

@Suite("Health of the records", .timeLimit(.minutes(1)))
final class RecordsHealthTests: Sendable {
  private let folder: String
  private let health: HealthService
  private let lines = LogLines()
  private let logger: Logger

  init() throws {
    folder = NSTemporaryDirectory() + "millrace-health-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let lines = lines
    logger = Logger(label: "test", factory: { _ in LogCollector(lines) })
    health = HealthService(services: ["a.A"], logger: logger)
    health.setServing(true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private var path: String { folder + "/records.sqlite" }

  private func open() throws -> Database {
    try Database.open(
      DatabaseConfiguration(path: path), migrations: [],
      environment: Environment.manual(seed: 1).environment)
  }

  /// Which names serve, the program's own among them.
  private func serving() async throws -> Set<String> {
    let health = health
    return try await withServer({ health.handler(for: $0) }) { caller in
      let listed = try await Grpc.Health.V1.HealthClient(caller).list(.init()).statuses
      return Set(listed.filter { $0.value.status == .serving }.keys)
    }
  }

  private func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { await Task.yield() }
  }

  /// Sets how many pages the file may have; SQLite answers as with a full disk beyond it.
  private func limitPages(_ database: Database, to pages: Int) async throws {
    try await database.write { _ = try $0.row("PRAGMA max_page_count = \(pages)") { _ in } }
  }

  private func writeMuch(_ database: Database) async throws {
    try await database.write { transaction in
      try transaction.outbox.append(
        NewEvent(
          type: "t", site: SiteCode("S"), key: "k", payload: [UInt8](repeating: 7, count: 256 << 10)
        ))
    }
  }

  @Test(
    "A full disk takes the name of the writes out of service, and only that, until there is space")
  func diskFull() async throws {
    let database = try open()
    let mayProbe = Mutex(false)
    let watch = WriteWatch(
      database, health: health, program: "production", logger: logger,
      pause: {
        repeat {
          try Task.checkCancellation()
          await Task.yield()
        } while !mayProbe.withLock { $0 }
      })
    #expect(watch.healthName == "millrace.production.writes")
    let all: Set = ["", "a.A", watch.healthName]
    #expect(try await serving() == all)
    let watching = Task { try await watch.run() }
    for round in 1...2 {
      mayProbe.withLock { $0 = false }
      try await limitPages(database, to: 1)
      await #expect(throws: RecordStoreError.diskFull) { try await writeMuch(database) }
      try await eventually { try await serving() == ["", "a.A"] }
      #expect(try await database.read { try $0.feed.head } >= 0, "reads go on")
      try await limitPages(database, to: 1 << 20)
      mayProbe.withLock { $0 = true }
      // Nobody writes: the watch finds out by itself.
      try await eventually { try await serving() == all }
      #expect(lines.count(.error, "no space left") == round)
      try await eventually { lines.count(.notice, "can be written again") == round }
    }
    watching.cancel()
    _ = await watching.result
    await database.close()
  }

  @Test("A watch ends quietly when the database is closed")
  func endsWithDatabase() async throws {
    let database = try open()
    let watch = WriteWatch(database, health: health, program: "p", logger: logger)
    let watching = Task { try await watch.run() }
    let damage = DamageWatch(database, health: health, logger: logger, delay: .milliseconds(1))
    await database.close()
    try await watching.value
    try await damage.run()
    #expect(lines.isEmpty)
  }

  @Test("A check that finds nothing changes nothing")
  func sound() async throws {
    let database = try open()
    try await DamageWatch(database, health: health, logger: logger, delay: .zero).run()
    #expect(try await serving() == ["", "a.A"])
    #expect(lines.count(.info, "no damage") == 1)
    await database.close()
  }

  @Test("A check that finds damage takes everything out of service for good, and says what to do")
  func damaged() async throws {
    let first = try open()
    let root = try await first.read {
      try $0.row("SELECT rootpage FROM sqlite_schema WHERE name = 'rs_fact_ledger'") {
        try $0.int64(0)
      }
    }
    await first.close()
    let file = try #require(FileHandle(forUpdatingAtPath: path))
    try file.seek(toOffset: UInt64((root ?? 0) - 1) * 4_096)
    try file.write(contentsOf: Data(repeating: 0x5A, count: 4_096))
    try file.close()

    let database = try open()
    let watch = WriteWatch(database, health: health, program: "p", logger: logger)
    try await DamageWatch(database, health: health, logger: logger, delay: .zero).run()
    health.setServing(true)
    health.setServing(true, service: watch.healthName)
    #expect(try await serving() == [])
    #expect(lines.count(.critical, "millrace restore") == 1)
    // Damage somewhere is no reason to lose what can still be recorded elsewhere.
    try await writeMuch(database)
    await database.close()
  }

  @Test("A check that takes too long is ended, which is no damage")
  func takesTooLong() async throws {
    let database = try open()
    for _ in 0..<40 { try await writeMuch(database) }
    try await DamageWatch(
      database, health: health, logger: logger, delay: .zero, maximumDuration: .zero
    ).run()
    #expect(try await serving() == ["", "a.A"])
    await database.close()
  }
}
