import Environment
import Identity
import Logging
import NIOPosix
import RPC
import RecordStore
import TestFolders
import Testing
import Values

@testable import GatewayFront

@Suite("Usage ledger", .timeLimit(.minutes(1)))
struct UsageLedgerTests {
  private static let path = "/millrace.production.v1.ProductionService/GetOrder"
  private let clock: ManualClock
  private let environment: Environment

  /// The front's tables, numbered as if they were alone.
  private static let migrations = FrontMigrations.all.enumerated().map { index, migration in
    Migration(version: index + 1, name: migration.name, sql: migration.sql)
  }

  init() { (environment, clock) = Environment.manual(seed: 1) }

  /// Runs the body with a ledger in a new database.
  private func run(_ body: (UsageLedger, Database) async throws -> Void) async throws {
    try await TemporaryFolder.use { folder in
      let database = try Database.open(
        DatabaseConfiguration(path: folder + "/gateway.sqlite"),
        migrations: Self.migrations, environment: environment)
      let ledger = UsageLedger(
        database, paths: [Self.path], clock: clock, logger: Logger(label: "test"))
      do { try await body(ledger, database) } catch {
        await database.close()
        throw error
      }
      await database.close()
    }
  }

  private func caller(_ name: String) -> Caller {
    Caller(
      Partner(name: name, sites: [], roles: []),
      Credential(
        id: "c", partner: name, shown: .apiKey(.ofNothing), createdAt: Instant(seconds: 0)))
  }

  private func call(
    _ ledger: UsageLedger, _ partner: String?, _ code: StatusCode = .ok, count: Int = 1,
    isLetIn: Bool = true
  ) throws {
    let observation = try #require(ledger.observation(of: Self.path))
    let context = CallContext(
      path: Self.path, eventLoop: MultiThreadedEventLoopGroup.singleton.any())
    if let caller = partner.map({ caller($0) }) {
      context.attachment = isLetIn ? caller.admitted : caller
    }
    for _ in 0..<count {
      observation(
        CallOutcome(
          code: code, durationNanoseconds: 2_500, requestBytes: 10, responseBytes: 100,
          context: context))
    }
  }

  private func stored(_ database: Database) async throws -> [UsageRecords.Entry] {
    let all = CalendarDay(number: 0)...CalendarDay(number: 1_000_000)
    return try await database.read {
      try UsageRecords.list(nil, all, after: 0, limit: 100, $0)
    }
  }

  @Test("Calls are added up by day, partner, method and status")
  func addsUp() async throws {
    try await run { ledger, database in
      try call(ledger, "acme", count: 3)
      try call(ledger, "acme", .notFound)
      try call(ledger, "other")
      await ledger.flush()
      try call(ledger, "acme", count: 2)
      clock.advance(milliseconds: 86_400_000)
      try call(ledger, "acme")
      await ledger.flush()
      let entries = try await stored(database)
      let counts = Set(
        entries.map { "\($0.key.day) \($0.key.partner) \($0.key.code) \($0.count.calls)" })
      let today = CalendarDay(clock.now)
      let yesterday = today.advanced(days: -1)
      #expect(
        counts == [
          "\(yesterday) acme OK 5", "\(yesterday) acme NOT_FOUND 1", "\(yesterday) other OK 1",
          "\(today) acme OK 1",
        ])
      let five = try #require(entries.first { $0.count.calls == 5 })
      #expect(five.key.method == String(Self.path.dropFirst()))
      #expect(five.count.requestBytes == 50)
      #expect(five.count.responseBytes == 500)
      #expect(five.count.durationMicroseconds == 10)
    }
  }

  @Test("Nobody known and nothing offered is not counted, so strangers can't make it grow")
  func strangers() async throws {
    try await run { ledger, database in
      #expect(ledger.observation(of: "/nothing.v1.Service/Here") == nil)
      try call(ledger, nil)
      await ledger.flush()
      let found1 = try await stored(database)
      #expect(found1.isEmpty)
    }
  }

  @Test("What can't be written is written with what follows, once")
  func writesLater() async throws {
    try await run { ledger, database in
      try call(ledger, "acme", count: 7)
      await database.close()
      await ledger.flush()
      try call(ledger, "acme", count: 2)
      await ledger.flush()
      #expect(ledger.heldCalls == 9)
    }
  }

  @Test("A restart counts the quota from the calls that were let in today, however they ended")
  func today() async throws {
    try await run { ledger, database in
      try call(ledger, "acme", count: 5)
      try call(ledger, "acme", .notFound)
      // The owning service refuses with the same codes as the door.
      try call(ledger, "acme", .permissionDenied, count: 2)
      try call(ledger, "acme", .resourceExhausted)
      for code: StatusCode in [
        .resourceExhausted, .permissionDenied, .failedPrecondition, .unimplemented,
      ] {
        try call(ledger, "acme", code, count: 100, isLetIn: false)
      }
      try call(ledger, "refused", .unimplemented, isLetIn: false)
      await ledger.flush()
      #expect(try await UsageLedger.callsToday(database, clock: clock) == ["acme": 9])
      clock.advance(milliseconds: 86_400_000)
      let found2 = try await UsageLedger.callsToday(database, clock: clock)
      #expect(found2.isEmpty)
    }
  }

  @Test("What is older than it is kept for goes, some at a time")
  func prunes() async throws {
    try await run { ledger, database in
      try call(ledger, "acme")
      await ledger.flush()
      clock.advance(milliseconds: UsageLedger.keptDays * 86_400_000)
      try call(ledger, "acme")
      await ledger.flush()
      #expect(try await stored(database).count == 2)
      clock.advance(milliseconds: 86_400_000)
      try call(ledger, "acme")
      await ledger.flush()
      #expect(try await stored(database).count == 2)
    }
  }
}
