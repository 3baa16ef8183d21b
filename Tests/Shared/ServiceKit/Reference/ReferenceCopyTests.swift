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

@Suite("A reference copy", .timeLimit(.minutes(1)))
struct ReferenceCopyTests {
  private static let plants = [SiteCode("PLANT1"), SiteCode("PLANT2")]
  private static let places = ["", "PLANT1", "PLANT2"]

  @Test("It takes over what it is told, what is of all sites by a watch of its own")
  func load() async throws {
    try await Copying.run { (copying: Copying) async throws in
      copying.masterData.tell(.item("VALVE"), at: "")
      copying.masterData.tell(.center("PRESS", site: "PLANT2"), at: "PLANT2")
      #expect(copying.copy.asOf(Self.plants[0]) == nil, "not complete yet")
      for place in Self.places { copying.masterData.tellAll(at: place) }
      await copying.until { Self.plants.allSatisfy(copying.copy.isFresh) }
      #expect(try await copying.knows(.item, "VALVE"))
      #expect(try await copying.knows(.workCenter, "PRESS", site: "PLANT2"))
      #expect(try await !copying.knows(.workCenter, "PRESS", site: "PLANT1"))
    }
  }

  @Test("When MasterData goes, what is known stays, and is fresh for a minute")
  func outage() async throws {
    try await Copying.run { (copying: Copying) async throws in
      copying.masterData.tell(.item("VALVE"), at: "")
      for place in Self.places { copying.masterData.tellAll(at: place) }
      await copying.until { Self.plants.allSatisfy(copying.copy.isFresh) }
      copying.masterData.source.breakDown()
      // While the watch stands it is as of now, whatever the time is.
      await copying.until {
        copying.clock.advance(milliseconds: 1)
        return copying.copy.asOf(Self.plants[0]) != copying.clock.now
      }
      let brokeAt = copying.copy.asOf(Self.plants[0])
      #expect(copying.copy.isFresh(Self.plants[0]))
      copying.clock.advance(milliseconds: (ReferenceCopy.freshSeconds + 1) * 1_000)
      #expect(!copying.copy.isFresh(Self.plants[0]))
      #expect(copying.copy.asOf(Self.plants[0]) == brokeAt)
      #expect(try await copying.knows(.item, "VALVE"))
    }
  }

  @Test("It goes on where it was, and reads everything anew when MasterData was restored")
  func resume() async throws {
    try await Copying.run { (copying: Copying) async throws in
      copying.masterData.tell(.item("KEPT"), at: "")
      copying.masterData.tell(.item("LOST"), at: "")
      for place in Self.places { copying.masterData.tellAll(at: place, token: "T-1") }
      await copying.until { Self.plants.allSatisfy(copying.copy.isFresh) }
      copying.masterData.source.restore()
      await copying.until { copying.masterData.tokens(at: "").count >= 3 }
      #expect(copying.masterData.tokens(at: "").prefix(3) == ["", "T-1", ""])
      copying.masterData.tell(.item("KEPT"), at: "")
      copying.masterData.tellAll(at: "")
      await copying.until { try await !copying.knows(.item, "LOST") }
      #expect(try await copying.knows(.item, "KEPT"))
    }
  }

  @Test("Ownership holds as soon as it is told, and after a restart before anything is")
  func ownership() async throws {
    try await Copying.run { (copying: Copying) async throws in
      copying.masterData.tell(.rule("production_order", owner: "erp"), at: "PLANT1")
      for place in Self.places { copying.masterData.tellAll(at: place) }
      func refusal(_ copy: ReferenceCopy, _ writer: String) -> String? {
        do {
          try copy.ownership(of: Self.plants[0]).check(
            "production_order", stage: "RELEASED", site: Self.plants[0], writer: writer,
            at: copying.clock.now)
          return nil
        } catch { return error.reason }
      }
      await copying.until { refusal(copying.copy, "mes") == "NOT_OWNER" }
      #expect(refusal(copying.copy, "erp") == nil)
      let restarted = copying.newCopy()
      try await copying.database.read { try restarted.follower.load($0) }
      #expect(refusal(restarted, "mes") == "NOT_OWNER")
      #expect(restarted.asOf(Self.plants[0]) != nil)
    }
  }
}

@Suite("Ownership rules")
struct OwnershipRulesTests {
  @Test("A group goes before the kind, a stage before all of them, and only while the rule holds")
  func precedence() {
    func rule(_ subject: String, _ stage: String, _ owner: String, until: Int64? = nil)
      -> OwnershipRules.Rule
    {
      .init(
        subject: subject, stage: stage, owner: owner,
        period: EffectivePeriod(from: nil, until: until.map { Instant(seconds: $0) }) ?? .always)
    }
    let rules = OwnershipRules([
      rule("item", "", "erp"), rule("item", "DRAFT", "plm", until: 100),
      rule("item.purchase", "", "buyer"),
    ])
    let table: [(String?, String, Int64, String?)] = [
      (nil, "RELEASED", 0, "erp"), (nil, "DRAFT", 99, "plm"), (nil, "DRAFT", 100, "erp"),
      ("purchase", "DRAFT", 0, "buyer"), ("quality", "RELEASED", 0, "erp"),
    ]
    for (group, stage, at, owner) in table {
      let found = rules.owner(of: "item", group: group, stage: stage, at: Instant(seconds: at))
      #expect(found == owner, "\(group ?? "-") \(stage) \(at)")
    }
    #expect(rules.owner(of: "unit", stage: "DRAFT", at: Instant(seconds: 0)) == nil)
  }
}

/// A copy that follows a MasterData that does what a test says.
private final class Copying: Sendable {
  let masterData = MasterDataModel()
  let clock: ManualClock
  let database: Database
  let copy: ReferenceCopy
  private let environment: Environment

  private init(_ folder: String) throws {
    (environment, clock) = Environment.manual(seed: 1)
    database = try Database.open(
      DatabaseConfiguration(path: folder + "/copy.sqlite"),
      migrations: [
        ReferenceRecords.migration(version: 1), FollowedWatchRecords.migration(version: 2),
      ], environment: environment)
    copy = Self.copy(environment)
  }

  private static func copy(_ environment: Environment) -> ReferenceCopy {
    ReferenceCopy(
      sites: [SiteCode("PLANT1"), SiteCode("PLANT2")], kinds: [.item, .workCenter],
      environment: environment,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
  }

  func newCopy() -> ReferenceCopy { Self.copy(environment) }

  static func run(_ body: @Sendable (Copying) async throws -> Void) async throws {
    let copying = try Copying(try TemporaryFolder.make())
    let following = Task {
      await copying.copy.follower.run(copying.database, copying.masterData.source)
    }
    await copying.until { copying.masterData.source.watches == 3 }
    let result: Result<Void, any Error>
    do { result = .success(try await body(copying)) } catch { result = .failure(error) }
    following.cancel()
    copying.masterData.source.breakDown()
    await following.value
    await copying.database.close()
    try result.get()
  }

  /// Waits for a condition; the suite's time limit ends it.
  func until(_ condition: () async throws -> Bool) async {
    while !Task.isCancelled {
      if (try? await condition()) == true { return }
      await Task.yield()
    }
  }

  func knows(_ kind: Masterdata.V1.RecordKind, _ code: String, site: String = "") async throws
    -> Bool
  {
    try await database.read { try ReferenceRecords.find(kind, code, site: site, $0) != nil }
  }
}

/// MasterData as a copy sees it: watches, and what they are told.
private struct MasterDataModel {
  /// The watch of what is of all sites asks for items, the others don't.
  let source = StandInSource<ReferenceWatch>(hasToken: { !$0.resumeToken.isEmpty }) {
    $0.kinds.contains(.item) ? "" : $0.site
  }

  func tokens(at site: String) -> [String] { source.requests(at: site).map(\.resumeToken) }

  func tell(_ record: Masterdata.V1.Record, at site: String) {
    source.tell(.with { $0.record = record }, at: site)
  }

  func tellAll(at site: String, token: String = "T") {
    source.tell(.with { $0.resumeToken = token }, at: site)
  }
}

extension Masterdata.V1.Record {
  private static func head(_ code: String, _ site: String = "") -> Masterdata.V1.RecordHead {
    .with {
      $0.code = code
      $0.site = site
      $0.lifeCycle = .released
    }
  }

  fileprivate static func item(_ code: String) -> Masterdata.V1.Record {
    .with { $0.content = .item(.with { $0.head = head(code) }) }
  }

  fileprivate static func center(_ code: String, site: String) -> Masterdata.V1.Record {
    .with { $0.content = .workCenter(.with { $0.head = head(code, site) }) }
  }

  fileprivate static func rule(_ subject: String, owner: String) -> Masterdata.V1.Record {
    .with {
      $0.content = .ownershipRule(
        .with {
          $0.head = head("rule", "PLANT1")
          $0.subject = subject
          $0.owner = owner
        })
    }
  }
}
