import Contracts
import Environment
import Houses
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Testing
import Values

@testable import Quality

@Suite("Holds", .timeLimit(.minutes(1)))
struct HoldTests {
  @Test("A hold said twice is one; released, it says who, when and what still covers the thing")
  func conversation() async throws {
    try await QualityFixture.run { quality in
      let first = try await quality.anna.placeHold(Sample.hold())
      let again = try await quality.anna.placeHold(Sample.hold())
      #expect(first.receipt == .accepted && again.receipt == .duplicate)
      let hold = try #require(first.hold)
      #expect(again.hold == hold && hold.state == .active && hold.placedBy == "anna")
      let second = try #require(try await quality.bert.placeHold(Sample.hold()).hold)
      #expect(second.holdID != hold.holdID, "another caller's request identity is another one")
      let released = try await quality.bert.releaseHold(Sample.release(hold.holdID))
      #expect(released.hold?.state == .released && released.hold?.endedBy == "bert")
      #expect(released.hold?.endingReason == "looked at" && released.hold?.endedAt != nil)
      #expect(released.remaining.map(\.holdID) == [second.holdID])
      let repeated = try await quality.bert.releaseHold(Sample.release(hold.holdID))
      #expect(repeated.receipt == .duplicate && repeated.hold == released.hold)
      try await quality.house.expectRefusal(.failedPrecondition, "HOLD_STATE") {
        _ = try await quality.anna.releaseHold(Sample.release(hold.holdID, "release-2"))
      }
      try await quality.house.expectRefusal(.alreadyExists, "REQUEST_ID_REUSED") {
        var other = Sample.hold()
        other.reason = "something else"
        _ = try await quality.anna.placeHold(other)
      }
      let standing = try await quality.anna.listHolds(.with { $0.site = HouseFixture.site }).holds
      #expect(standing.map(\.holdID) == [second.holdID])
      let all = try await quality.anna.listHolds(
        .with {
          $0.site = HouseFixture.site
          $0.target = Sample.lot
          $0.includeEnded = true
        }
      ).holds
      #expect(all.map(\.holdID) == [hold.holdID, second.holdID])
      let elsewhere = try await quality.anna.listHolds(
        .with {
          $0.site = HouseFixture.site
          $0.target = .init(.lot(item: "BODY", lot: "L-2"))
        }
      ).holds
      #expect(elsewhere.isEmpty)
    }
  }

  @Test("A site has as many active holds as its followers can keep; one that ends makes room")
  func bound() async throws {
    try await QualityFixture.run { quality in
      let site = SiteCode(HouseFixture.site)
      try await quality.house.program.database.write { transaction in
        for number in 1...HoldDesk.maximumActive {
          _ = try HoldDesk().place(
            Identifier(high: 1, low: UInt64(number)).description, on: .order("MO/\(number)"),
            at: site,
            reason: "many", by: "anna", transaction)
        }
      }
      let refusal = try await quality.house.expectRefusal(.failedPrecondition, "TOO_MANY_HOLDS") {
        _ = try await quality.anna.placeHold(Sample.hold())
      }
      #expect(refusal?.metadata["maximum"] == "10000")
      let first = Identifier(high: 1, low: 1).description
      _ = try await quality.anna.releaseHold(Sample.release(first))
      #expect(try await quality.anna.placeHold(Sample.hold()).receipt == .accepted)
    }
  }

  @Test("With a releasing role, it alone and whoever placed the hold release it")
  func releasers() async throws {
    try await QualityFixture.run { quality in
      for (subject, roles, isAllowed) in [
        ("anna", [], true), ("bert", ["quality"], true), ("bert", ["mes"], false),
      ] as [(String, [String], Bool)] {
        let request = "hold-\(subject)\(roles)"
        let hold = try await quality.anna.placeHold(Sample.hold(request, role: "quality")).hold
        let id = try #require(hold).holdID
        let client = quality.client(subject, roles: Set(roles.map { RoleName($0) }))
        let release = Sample.release(id, "release-\(request)")
        if isAllowed {
          #expect(try await client.releaseHold(release).hold?.state == .released)
        } else {
          let refusal = try await quality.house.expectRefusal(.permissionDenied, "NOT_RELEASER") {
            _ = try await client.releaseHold(release)
          }
          #expect(refusal?.metadata["releasing_role"] == "quality")
        }
      }
    }
  }

  @Test("A hold of a nonconformance ends as it was decided, and not before")
  func decided() async throws {
    try await QualityFixture.run { quality in
      for (disposition, scrap) in [
        (Quality.V1.Disposition.useAsIs, false), (.rework, false), (.scrap, true),
        (.return, false),
      ] {
        let name = "\(disposition)"
        let raised = try await quality.anna.raiseNonconformance(
          .with {
            $0.site = HouseFixture.site
            $0.requestID = name
            $0.subject = Sample.lot
            $0.description_p = "too thin"
            $0.placeHold = true
          })
        let hold = try #require(raised.hold).holdID
        let id = try #require(raised.nonconformance).nonconformanceID
        #expect(raised.hold?.nonconformanceID == id)
        try await quality.house.expectRefusal(.failedPrecondition, "NONCONFORMANCE_STATE") {
          _ = try await quality.anna.releaseHold(Sample.release(hold, "early-\(name)"))
        }
        try await quality.decide(id, disposition)
        let differs = try await quality.house.expectRefusal(
          .failedPrecondition, "DISPOSITION_DIFFERS"
        ) {
          _ = try await quality.anna.releaseHold(
            Sample.release(hold, "wrong-\(name)", scrap: !scrap))
        }
        #expect(differs?.metadata["allowed"] == (scrap ? "CONVERTED_TO_SCRAP" : "RELEASED"))
        try await quality.verify(id)
        let still = try await quality.house.expectRefusal(.failedPrecondition, "HOLDS_ACTIVE") {
          _ = try await quality.close(id)
        }
        #expect(still?.metadata["hold_ids"] == hold)
        let ended = try await quality.anna.releaseHold(
          Sample.release(hold, "right-\(name)", scrap: scrap))
        #expect(ended.hold?.state == (scrap ? .convertedToScrap : .released))
        #expect(try await quality.close(id).nonconformance?.state == .closed)
      }
    }
  }

  @Test("A watch begins with what stands, and tells what changes, releases too")
  func watch() async throws {
    try await QualityFixture.run { quality in
      let kept = try await quality.anna.placeHold(Sample.hold("kept")).hold?.holdID ?? ""
      let gone = try await quality.anna.placeHold(Sample.hold("gone")).hold?.holdID ?? ""
      _ = try await quality.anna.releaseHold(Sample.release(gone))
      quality.house.clock.advance(milliseconds: 3_600_000)
      let request = Quality.V1.WatchHoldsRequest.with { $0.site = HouseFixture.site }
      var watch = try await quality.anna.watchHolds(request).makeAsyncIterator()
      #expect(try await watch.next()?.hold?.holdID == kept)
      let marker = try #require(try await watch.next())
      #expect(marker.hold == nil, "all is told, without what was released an hour ago")
      _ = try await quality.anna.releaseHold(Sample.release(kept, "release-2"))
      let told = try await watch.next()?.hold
      #expect(told?.holdID == kept && told?.state == .released)
      // Whoever goes on from the marker is told the same.
      var again = request
      again.resumeToken = marker.resumeToken
      var later = try await quality.anna.watchHolds(again).makeAsyncIterator()
      #expect(try await later.next()?.hold == told)
      #expect(try await later.next()?.hold == nil)
    }
  }

  @Test("A bad field is named, and nothing is recorded")
  func fields() async throws {
    let table: [([String], (inout Quality.V1.PlaceHoldRequest) -> Void)] = [
      (["target"], { $0.target = nil }), (["reason"], { $0.reason = "" }),
      (["reason"], { $0.reason = String(repeating: "x", count: 501) }),
      (["request_id"], { $0.requestID = "" }),
      (["target.lot.lot"], { $0.target = .init(.lot(item: "BODY", lot: "")) }),
      (["target.lot.item_code", "target.lot.lot"], { $0.target = .init(.lot(item: "", lot: "")) }),
      (["target.serial.serial"], { $0.target = .init(.serial(item: "BODY", serial: "a\u{1}")) }),
      (["target.order_name"], { $0.target = .init(.order("")) }),
      (["target.location_code"], { $0.target = .init(.location(" x")) }),
      (["target.supplier_code"], { $0.target = .init(.supplier("")) }),
      (["nonconformance_id"], { $0.nonconformanceID = "17" }),
      (["releasing_role"], { $0.releasingRole = "no role" }),
    ]
    try await QualityFixture.run { quality in
      for (fields, spoil) in table {
        var request = Sample.hold()
        spoil(&request)
        let broken = try await quality.house.brokenFields {
          _ = try await quality.anna.placeHold(request)
        }
        #expect(broken == fields)
      }
      let nobody = String(repeating: "0", count: 32)
      try await quality.house.expectRefusal(.notFound, "NONCONFORMANCE_NOT_FOUND") {
        _ = try await quality.anna.placeHold(Sample.hold(nonconformance: nobody))
      }
      try await quality.house.expectRefusal(.notFound, "HOLD_NOT_FOUND") {
        _ = try await quality.anna.releaseHold(Sample.release(nobody))
      }
    }
  }
}

extension QualityFixture {
  /// Looks at a nonconformance and decides about it.
  func decide(_ id: String, _ disposition: Quality.V1.Disposition) async throws {
    _ = try await anna.reviewNonconformance(
      .with {
        $0.site = HouseFixture.site
        $0.requestID = "review-\(id.prefix(32))"
        $0.nonconformanceID = id
      })
    _ = try await anna.dispositionNonconformance(
      .with {
        $0.site = HouseFixture.site
        $0.requestID = "decide-\(id.prefix(32))"
        $0.nonconformanceID = id
        $0.disposition = disposition
        $0.reason = "the customer agrees"
      })
  }

  /// Somebody else verifies.
  func verify(_ id: String) async throws {
    _ = try await bert.verifyNonconformance(
      .with {
        $0.site = HouseFixture.site
        $0.requestID = "verify-\(id)"
        $0.nonconformanceID = id
      })
  }

  /// Nothing is left to do.
  func close(_ id: String) async throws -> Quality.V1.CloseNonconformanceResponse {
    try await bert.closeNonconformance(
      .with {
        $0.site = HouseFixture.site
        $0.requestID = "close-\(id)"
        $0.nonconformanceID = id
      })
  }
}
