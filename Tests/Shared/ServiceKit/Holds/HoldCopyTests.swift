import Contracts
import Environment
import Houses
import Logging
import Protobuf
import RecordStore
import TestFolders
import Testing
import Values

@testable import ServiceKit

@Suite("A copy of holds", .timeLimit(.minutes(1)))
struct HoldCopyTests {
  private static let plant = SiteCode("PLANT1")
  private static let lot = HoldTarget.lot(item: "BODY", lot: "L-1")

  @Test("A hold stops what it covers, and only that, at its own site")
  func covers() async throws {
    try await Keeping.run { (keeping: Keeping) async throws in
      keeping.tell("H-1", Self.lot)
      keeping.tell("H-2", .order("MO/1"), reason: "drawing")
      keeping.tellAll()
      await keeping.until { keeping.holds.asOf(Self.plant) != nil }
      let table: [(HoldTarget, String, [String])] = [
        (Self.lot, "PLANT1", ["H-1"]), (Self.lot, "PLANT2", []),
        (.lot(item: "BODY", lot: "L-2"), "PLANT1", []),
        (.lot(item: "OTHER", lot: "L-1"), "PLANT1", []),
        (.serial(item: "BODY", serial: "L-1"), "PLANT1", []), (.order("MO/1"), "PLANT1", ["H-2"]),
        (.location("MO/1"), "PLANT1", []), (.supplier("MO/1"), "PLANT1", []),
      ]
      for (target, site, expected) in table {
        let found = keeping.holds.holds(on: [target], at: SiteCode(site))
        #expect(found.map(\.holdID) == expected, "\(target) at \(site)")
      }
      let refusal = #expect(throws: Refusal.self) {
        try keeping.holds.check([Self.lot, .order("MO/1")], at: Self.plant)
      }
      #expect(refusal?.reason == "ON_HOLD")
      #expect(refusal?.metadata["hold_ids"] == "H-1,H-2")
      let message = refusal?.message ?? ""
      #expect(message.contains("lot L-1 of BODY") && message.contains("drawing"))
    }
  }

  @Test("Several holds on one thing must all clear; scrap still stops it")
  func severalHolds() async throws {
    try await Keeping.run { (keeping: Keeping) async throws in
      keeping.tell("H-1", Self.lot)
      keeping.tell("H-2", Self.lot)
      keeping.tell("H-3", Self.lot)
      keeping.tellAll()
      await keeping.until { keeping.ids(Self.lot) == ["H-1", "H-2", "H-3"] }
      keeping.tell("H-2", Self.lot, .released)
      keeping.tell("H-1", Self.lot, .convertedToScrap)
      keeping.tellAll()
      await keeping.until { keeping.ids(Self.lot) == ["H-1", "H-3"] }
      #expect(
        keeping.holds.holds(on: [Self.lot], at: Self.plant).map(\.isScrap) == [true, false])
      keeping.tell("H-3", Self.lot, .released)
      keeping.tellAll()
      await keeping.until { keeping.ids(Self.lot) == ["H-1"] }
    }
  }

  @Test("While Quality is down, and after a restart, the last known holds still stop")
  func outage() async throws {
    try await Keeping.run { (keeping: Keeping) async throws in
      keeping.tell("H-1", Self.lot)
      keeping.tellAll()
      await keeping.until { keeping.holds.asOf(Self.plant) != nil }
      keeping.quality.breakDown()
      await keeping.until {
        keeping.clock.advance(milliseconds: 1)
        return keeping.holds.asOf(Self.plant) != keeping.clock.now
      }
      let brokeAt = keeping.holds.asOf(Self.plant)
      keeping.clock.advance(milliseconds: 86_400_000)
      #expect(keeping.ids(Self.lot) == ["H-1"])
      #expect(keeping.holds.asOf(Self.plant) == brokeAt, "its age is seen")
      let families = keeping.holds.follower.families()
      let age = try #require(families.first { $0.name == "millrace_followed_age_seconds" })
      #expect(try #require(age.samples.first).value >= 86_400)
      let restarted = keeping.newCopy()
      try await keeping.database.read { try restarted.follower.load($0) }
      #expect(restarted.holds(on: [Self.lot], at: Self.plant).map(\.holdID) == ["H-1"])
      #expect(restarted.asOf(Self.plant) != nil)
    }
  }

  @Test(
    "When Quality was restored, holds it does not have any more are gone once all has been told")
  func restored() async throws {
    try await Keeping.run { (keeping: Keeping) async throws in
      keeping.tell("KEPT", Self.lot)
      keeping.tell("LOST", Self.lot)
      keeping.tellAll()
      await keeping.until { keeping.ids(Self.lot) == ["KEPT", "LOST"] }
      keeping.quality.restore()
      await keeping.until { keeping.quality.requests(at: "PLANT1").count >= 3 }
      #expect(keeping.quality.requests(at: "PLANT1").map(\.resumeToken) == ["", "all", ""])
      keeping.tell("KEPT", Self.lot)
      #expect(keeping.ids(Self.lot) == ["KEPT", "LOST"], "nothing goes before all is told")
      await keeping.until {
        keeping.tellAll()
        return keeping.ids(Self.lot) == ["KEPT"]
      }
    }
  }
}

/// A copy that follows a Quality that does what a test says.
private final class Keeping: Sendable {
  let quality = StandInSource<HoldWatch>(hasToken: { !$0.resumeToken.isEmpty }) { $0.site }
  let clock: ManualClock
  let database: Database
  let holds: HoldCopy
  private let environment: Environment

  private init(_ folder: String) throws {
    (environment, clock) = Environment.manual(seed: 1)
    database = try Database.open(
      DatabaseConfiguration(path: folder + "/copy.sqlite"),
      migrations: [
        ReferenceRecords.migration(version: 1), FollowedWatchRecords.migration(version: 2),
        HoldRecords.migration(version: 3),
      ], environment: environment)
    holds = Self.copy(environment)
  }

  private static func copy(_ environment: Environment) -> HoldCopy {
    HoldCopy(
      sites: [SiteCode("PLANT1"), SiteCode("PLANT2")], environment: environment,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
  }

  func newCopy() -> HoldCopy { Self.copy(environment) }

  static func run(_ body: @Sendable (Keeping) async throws -> Void) async throws {
    let keeping = try Keeping(try TemporaryFolder.make())
    let following = Task { await keeping.holds.follower.run(keeping.database, keeping.quality) }
    await keeping.until { keeping.quality.watches == 2 }
    let result: Result<Void, any Error>
    do { result = .success(try await body(keeping)) } catch { result = .failure(error) }
    following.cancel()
    keeping.quality.breakDown()
    await following.value
    await keeping.database.close()
    try result.get()
  }

  func tell(
    _ id: String, _ target: HoldTarget, _ state: Quality.V1.HoldState = .active,
    reason: String = "cracks"
  ) {
    let hold = Quality.V1.Hold.with {
      $0.holdID = id
      $0.site = "PLANT1"
      $0.target = .init(target)
      $0.state = state
      $0.reason = reason
      $0.placedAt = .init(clock.now)
    }
    quality.tell(
      .with {
        $0.hold = hold
        $0.resumeToken = id
      }, at: "PLANT1")
  }

  func tellAll() { quality.tell(.with { $0.resumeToken = "all" }, at: "PLANT1") }

  func ids(_ target: HoldTarget) -> [String] {
    holds.holds(on: [target], at: SiteCode("PLANT1")).map(\.holdID)
  }

  /// Waits for a condition; the suite's time limit ends it.
  func until(_ condition: () -> Bool) async {
    while !Task.isCancelled {
      if condition() { return }
      await Task.yield()
    }
  }
}
