import Contracts
import Foundation
import Protobuf
import RecordStore
import ServiceKit
import TestFolders
import Testing
import Values

@testable import MasterData

@Suite("MasterData as a whole", .timeLimit(.minutes(2)))
struct MasterDataServiceTests {
  private typealias Outcome = Masterdata.V1.UpsertOutcome

  @Test(
    "Every method of the contracts is routed, and nothing else but reports of outcomes is missing")
  func routes() {
    let routed = MasterDataService.routes(
      Incarnation(Identifier(high: 1, low: 2)), approvalSites: [], CodeIndex(), UnmappedCodes(),
      ImportPlaces()
    ).map(\.path)
    let contracts =
      Masterdata.V1.MasterDataService.methodNames.map {
        "/\(Masterdata.V1.MasterDataService.name)/\($0)"
      }
      + ["Subscribe", "Acknowledge"].map { "/\(Events.V1.EventFeedService.name)/\($0)" }
    #expect(routed.sorted() == contracts.sorted())
  }

  @Test("A record is made, read and changed; the same said again changes nothing")
  func upsert() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      let made = try await service.put([Sample.item("A")])
      #expect(made.map(\.receipt) == [.accepted])
      #expect(made.first?.revision == 1)
      let found = try #require(try await service.item("A"))
      #expect(found.head?.etag == made.first?.etag)
      #expect(found.purchaseUnit == "Units", "it is bought as it is counted")
      // What was read can be said again as it is: what the service adds is not taken from requests.
      let again = try await service.put([found])
      #expect(again.map(\.receipt) == [.duplicate])
      #expect(again.first?.revision == 1)
      let changed = try await service.put([Sample.item("A") { $0.description_p = "other" }])
      #expect(changed.map(\.revision) == [2])
      let other = try await service.item("A")
      #expect(other?.description_p == "other")
    }
  }

  @Test("Each record of a batch is judged for itself, and the others are kept")
  func batch() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      let outcomes = try await service.put([
        Sample.item("A"),
        Sample.item("B") {
          $0.description_p = ""
          $0.tracking = .unspecified
          $0.shelfLifeDays = 36_501
          $0.head?.effectiveFrom = .init(Instant(seconds: 2_000_000_000))
          $0.head?.effectiveUntil = .init(Instant(seconds: 2_000_000_000))
        },
        Sample.item("C"),
      ])
      #expect(outcomes.map(\.receipt) == [.accepted, .rejected, .accepted])
      #expect(outcomes[1].rejection?.reason == "INVALID_FIELDS")
      #expect(
        Set(outcomes[1].rejection?.violations.map(\.field) ?? []) == [
          "items[1].description", "items[1].tracking", "items[1].shelf_life_days",
          "items[1].head.effective_until",
        ])
      let listed = try await service.client.listItems(.with { $0.site = "PLANT1" }).items
      #expect(listed.map { $0.head?.code } == ["A", "C"])
    }
  }

  @Test("A batch that breaks its own rules is refused as a whole")
  func batchRules() async throws {
    try await MasterDataFixture.run { service in
      let wrong: [([Masterdata.V1.Unit], String)] = [
        ([], "units"), ([Sample.unit("A"), Sample.unit("A")], "units[1].head.code"),
        ((0...500).map { Sample.unit("U\($0)") }, "units"),
      ]
      for (units, field) in wrong {
        let refusal = await refusal { _ = try await service.put(units) }
        #expect(refusal?.violations.map(\.field) == [field])
      }
      let elsewhere = await refusal {
        _ = try await service.client.upsertUnits(.with { $0.site = "PLANT3" })
      }
      #expect(elsewhere?.reason == "SITE_NOT_GRANTED")
    }
  }

  @Test("A trial says what would become of records, and changes nothing")
  func trial() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      let trial = try await service.put(
        [Sample.item("A"), Sample.item("B", unit: "nothing")], validateOnly: true)
      #expect(trial.map(\.receipt) == [.accepted, .rejected])
      #expect(trial.map(\.revision) == [0, 0])
      #expect(try await service.item("A") == nil)
    }
  }

  @Test("A record that has changed since its caller has seen it is not overwritten")
  func etag() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      _ = try await service.put([Sample.item("A")])
      var mine = try #require(try await service.item("A"))
      _ = try await service.put([Sample.item("A") { $0.barcode = "1" }])
      mine.description_p = "mine"
      let late = try await service.put([mine])
      #expect(late.first?.rejection?.reason == "ETAG_MISMATCH")
      mine.head?.etag = late.first?.etag ?? ""
      #expect(try await service.put([mine]).map(\.receipt) == [.accepted])
      let new = try await service.put([Sample.item("N") { $0.head?.etag = "r1" }])
      #expect(new.first?.rejection?.reason == "ETAG_MISMATCH", "there is none to be the same")
    }
  }

  @Test("What has been released is never a draft again; what was withdrawn may come back")
  func lifeCycles() async throws {
    try await MasterDataFixture.run { service in
      for (before, after, allowed) in [
        (nil, .draft, true), (.draft, .draft, true), (.draft, .released, true),
        (.released, .withdrawn, true), (.withdrawn, .draft, false), (.withdrawn, .released, true),
        (.released, .draft, false),
      ] as [(Masterdata.V1.LifeCycle?, Masterdata.V1.LifeCycle, Bool)] {
        // Another description each time, so that something changes.
        let outcome = try await service.put([
          Sample.unit("U", after, rounding: "\(before == nil ? 1 : 2)")
        ])
        #expect((outcome.first?.receipt != .rejected) == allowed, "to \(after)")
        if !allowed { #expect(outcome.first?.rejection?.reason == "LIFE_CYCLE_TRANSITION") }
      }
    }
  }

  @Test("An item in use has units in use, of one category; a draft may wait for them")
  func itemUnits() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      _ = try await service.put([Sample.unit("early", .draft)])
      let reasons = try await service.put([
        Sample.item("A", unit: "nothing"), Sample.item("B", .draft, unit: "nothing"),
        Sample.item("C", unit: "early"), Sample.item("D", .draft, unit: "early"),
        Sample.item("E") { $0.purchaseUnit = "kg" },
        Sample.item("F") { $0.purchaseUnit = "Dozens" },
      ]).map { $0.rejection?.reason ?? "" }
      #expect(reasons == ["REFERENCE_UNKNOWN", "", "REFERENCE_UNKNOWN", "", "UNIT_CATEGORY", ""])
    }
  }

  @Test("What has been counted stays what it was: units and their items can't change under it")
  func unitRules() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      _ = try await service.put([Sample.item("A")])
      let units = try await service.put([
        Sample.unit("Dozens", ratio: (10, 1)),
        Sample.unit("kg", category: "count", rounding: "0.001"),
        Sample.unit("Units", .withdrawn),
      ])
      #expect(
        units.map { $0.rejection?.reason } == ["UNIT_CHANGED", "UNIT_CHANGED", "RECORD_IN_USE"])
      let moved = try await service.put([Sample.item("A", unit: "Dozens")])
      #expect(moved.first?.rejection?.reason == "ITEM_UNIT_CHANGED")
      // A rounding is how finely one counts, not how much it is.
      let finer = try await service.put([Sample.unit("kg", category: "weight", rounding: "0.01")])
      #expect(finer.map(\.receipt) == [.accepted])
      _ = try await service.put([Sample.item("A", .withdrawn)])
      #expect(
        try await service.put([Sample.unit("Units", .withdrawn)]).map(\.receipt) == [.accepted])
      let back = try await service.put([Sample.item("A")])
      #expect(back.first?.rejection?.reason == "REFERENCE_UNKNOWN")
    }
  }

  @Test("A barcode is that of one item, until it is withdrawn")
  func barcodes() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      let both = try await service.put([
        Sample.item("A") { $0.barcode = "4006381333931" },
        Sample.item("B") { $0.barcode = "4006381333931" },
      ])
      #expect(both.map(\.receipt) == [.accepted, .rejected])
      #expect(both[1].rejection?.reason == "BARCODE_TAKEN")
      _ = try await service.put([Sample.item("A", .withdrawn) { $0.barcode = "4006381333931" }])
      let free = try await service.put([Sample.item("B") { $0.barcode = "4006381333931" }])
      #expect(free.map(\.receipt) == [.accepted])
      let back = try await service.put([Sample.item("A") { $0.barcode = "4006381333931" }])
      #expect(back.first?.rejection?.reason == "BARCODE_TAKEN")
    }
  }

  @Test("A list goes by pages, by life cycle and by the beginning of codes")
  func lists() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      _ = try await service.put(
        (0..<25).map { Sample.item("BOLT-\($0 + 10)", $0 % 5 == 0 ? .draft : .released) }
          + [Sample.item("NUT-1"), Sample.item("BOLT"), Sample.item("BOLT~")])
      func codes(_ request: Masterdata.V1.ListItemsRequest) async throws -> [String] {
        var (found, token) = ([String](), "")
        repeat {
          let page = Common.V1.PageRequest.with {
            $0.pageSize = 7
            $0.pageToken = token
          }
          var request = request
          request.site = "PLANT1"
          request.page = page
          let response = try await service.client.listItems(request)
          found += response.items.compactMap { $0.head?.code }
          token = response.page?.nextPageToken ?? ""
        } while !token.isEmpty
        return found
      }
      let all = try await codes(.init())
      #expect(all.count == 28 && all == all.sorted())
      #expect(try await codes(.with { $0.codePrefix = "BOLT" }).count == 27)
      #expect(try await codes(.with { $0.codePrefix = "BOLT-" }).count == 25)
      let drafts = try await codes(.with { $0.lifeCycles = [.draft, .draft] })
      #expect(drafts.count == 5)
      #expect(try await codes(.with { $0.codePrefix = "X" }).isEmpty)
    }
  }

  @Test(
    "A watch tells every change in order, goes on where it was, and says each record as it is now")
  func watch() async throws {
    let folder = try TemporaryFolder.make()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var token = ""
    try await MasterDataFixture.run(in: folder) { service in
      try await service.makeUnits()
      _ = try await service.put([Sample.item("A"), Sample.item("B")])
      _ = try await service.put([Sample.item("A") { $0.barcode = "1" }])
      let seen = try await changes(service, after: "", count: 5)
      #expect(seen.map(\.code) == ["Units", "Dozens", "kg", "B", "A"])
      token = seen[3].token
    }
    try await MasterDataFixture.run(in: folder) { service in
      let rest = try await changes(service, after: token, count: 1)
      #expect(rest.map(\.code) == ["A"])
      async let next = changes(service, after: rest[0].token, count: 1)
      _ = try await service.put([Sample.item("C")])
      #expect(try await next.map(\.code) == ["C"])
      let old = await refusal {
        _ = try await changes(service, after: "0123456789abcdef0123456789abcdef.1", count: 1)
      }
      #expect(old?.reason == "FEED_RESTORED")
    }
  }

  private func changes(_ service: MasterDataFixture, after token: String, count: Int) async throws
    -> [(code: String, token: String)]
  {
    var found: [(code: String, token: String)] = []
    let stream = try await service.client.watchChanges(
      .with {
        $0.site = "PLANT1"
        $0.resumeToken = token
      })
    for try await response in stream {
      guard let record = response.record?.entry else { continue }
      found.append((record.head?.code ?? "", response.resumeToken))
      if found.count == count { break }
    }
    return found
  }

  @Test("Who changed what is on record, once for a batch, and not when nothing has changed")
  func audit() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      _ = try await service.put([Sample.item("A")])
      _ = try await service.put([Sample.item("A")])
      let entries = try await service.program.database.read {
        try $0.auditRecords(after: 0, limit: 10).map(\.entry)
      }
      #expect(entries.map(\.object) == ["3 of unit: Units, Dozens, kg", "item A"])
      #expect(entries.allSatisfy { $0.principal == "steward" && $0.digestAfter != nil })
    }
  }

  private func refusal(_ call: () async throws -> Void) async -> Refusal? {
    do { try await call() } catch { return error as? Refusal }
    return nil
  }
}
