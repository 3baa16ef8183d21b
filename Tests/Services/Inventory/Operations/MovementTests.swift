import Contracts
import Environment
import Houses
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Testing
import Values

@testable import Inventory

@Suite("Movements", .timeLimit(.minutes(1)))
struct MovementTests {
  private static let lot = HoldTarget.lot(item: "BODY", lot: "L-1")

  @Test("Every method of the contracts is routed, and nothing else")
  func routes() async throws {
    try await InventoryFixture.run { inventory in
      let incarnation = Incarnation(Identifier(high: 1, low: 2))
      let routed = InventoryService.routes(incarnation, inventory.parts).map(\.path)
      let feed = Events.V1.EventFeedService.methodNames.filter { $0 != "ReportOutcome" }
      let contracts =
        Inventory.V1.InventoryService.methodNames.map {
          "/\(Inventory.V1.InventoryService.name)/\($0)"
        } + feed.map { "/\(Events.V1.EventFeedService.name)/\($0)" }
        + ["/millrace.genealogy.v1.GenealogyService/WatchGenealogy"]
      #expect(routed.sorted() == contracts.sorted())
    }
    func bare(_ name: String) -> String { name.replacing("_", with: "").uppercased() }
    for state in MovementState.allCases {
      #expect(bare("\(Inventory.V1.MovementState(rawValue: state.rawValue))") == bare(state.name))
    }
    for type in MovementType.allCases {
      #expect(bare("\(Inventory.V1.MovementType(rawValue: type.rawValue))") == bare(type.name))
    }
  }

  @Test("A movement said twice moves once; other content under its identity is refused")
  func once() async throws {
    try await InventoryFixture.run { inventory in
      let receipt = Sample.movement("r", "10", to: "A")
      let first = try await inventory.client.recordMovement(Sample.request(receipt))
      var again = receipt
      again.quantity?.value = "10.0"
      again.header?.correlationID = "other"
      let second = try await inventory.client.recordMovement(Sample.request(again))
      #expect(first.receipt == .accepted && second.receipt == .duplicate)
      #expect(first.movement == second.movement && first.movement?.state == .applied)
      #expect(try await inventory.balance("A") == "10")
      again.quantity?.value = "11"
      try await inventory.house.expectRefusal(.alreadyExists, "SOURCE_EVENT_REUSED") {
        _ = try await inventory.client.recordMovement(Sample.request(again))
      }
    }
  }

  @Test("Each kind changes the balances it should, and late ones change the past, too")
  func kinds() async throws {
    try await InventoryFixture.run { inventory in
      let start = Sample.start
      try await inventory.record(Sample.movement("1", "10", to: "A", at: start))
      try await inventory.record(Sample.movement("2", "4", from: "A", to: "B", at: start + 100))
      try await inventory.record(
        Sample.movement("3", "1.5", from: "B", to: "LINE", at: start + 200) {
          $0.type = .stageToProduction
          $0.orderName = "MO/1"
        })
      try await inventory.record(Sample.movement("4", "0.5", from: "LINE", at: start + 300))
      // The scanner was out of reach: it was there from the beginning.
      try await inventory.record(Sample.movement("5", "2", to: "A", at: start - 100))
      let table: [(String, Int64?, String)] = [
        ("A", nil, "8"), ("B", nil, "2.5"), ("LINE", nil, "1"), ("A", start - 101, "0"),
        ("A", start - 100, "2"), ("A", start, "12"), ("A", start + 100, "8"),
        ("B", start + 99, "0"), ("B", start + 100, "4"), ("LINE", start + 299, "1.5"),
        ("NOWHERE", nil, "0"),
      ]
      for (location, seconds, expected) in table {
        let asOf = seconds.map { Instant(seconds: $0) }
        #expect(
          try await inventory.balance(location, asOf: asOf) == expected,
          "\(location) \(asOf as Any)")
      }
      let listed = try await inventory.client.listBalances(
        .with {
          $0.site = HouseFixture.site
          $0.asOf = .init(Instant(seconds: start))
        })
      #expect(listed.balances.map(\.key?.location) == ["A"])
    }
  }

  @Test("Below zero is refused, taken, or taken and shown, as the site wants it")
  func negativeStock() async throws {
    for (policy, isTaken, cases) in [
      ("refuse", false, 0), ("accept", true, 0), ("case", true, 1),
    ] {
      try await InventoryFixture.run(policy: #""negativeStock": "\#(policy)""#) { inventory in
        try await inventory.record(Sample.movement("r", "3", to: "A"))
        let issue = Sample.request(Sample.movement("i", "4", from: "A"))
        if isTaken {
          _ = try await inventory.client.recordMovement(issue)
          #expect(try await inventory.balance("A") == "-1")
        } else {
          let refusal = try await inventory.house.expectRefusal(
            .failedPrecondition, "NEGATIVE_STOCK", leaving: ["movements", "balances"]
          ) { _ = try await inventory.client.recordMovement(issue) }
          #expect(refusal?.metadata["balance"] == "3" && refusal?.metadata["change"] == "4")
        }
        let shown = try await inventory.client.listInventoryCases(
          .with { $0.site = HouseFixture.site })
        #expect(shown.cases.map(\.reason) == Array(repeating: "NEGATIVE_STOCK", count: cases))
        if isTaken {
          try await inventory.record(Sample.movement("more", "1", to: "A"))
          let after = try await inventory.client.listInventoryCases(
            .with { $0.site = HouseFixture.site })
          #expect(after.cases.isEmpty, "it closes by itself")
        }
      }
    }
  }

  @Test("What is on hold does not move: by its lot, its place, its order, its supplier")
  func holds() async throws {
    try await InventoryFixture.run { inventory in
      try await inventory.record(
        Sample.movement("r", "10", to: "A", lot: "L-1") { $0.supplierCode = "V-1" })
      let move = Sample.movement("m", "1", from: "A", to: "B", lot: "L-1", at: Sample.start + 9) {
        $0.orderName = "MO/1"
      }
      for target in [
        Self.lot, .location("A"), .location("B"), .order("MO/1"), .supplier("V-1"),
      ] {
        await inventory.hold("H", target)
        let refusal = try await inventory.house.expectRefusal(
          .failedPrecondition, "ON_HOLD", leaving: ["movements", "balance_entries"]
        ) { try await inventory.record(move) }
        #expect(refusal?.metadata["hold_ids"] == "H")
        await inventory.hold("H", target, .released)
      }
      await inventory.hold("H", Self.lot)
      let outcome = try await inventory.client.recordMovementBatch(
        .with {
          $0.site = HouseFixture.site
          $0.movements = [move, Sample.movement("other", "1", to: "A")]
        }
      ).outcomes
      #expect(outcome.map(\.receipt) == [.rejected, .accepted])
      #expect(outcome.first?.rejection?.reason == "ON_HOLD")
      // To where it waits for a decision it may go, but not away from there.
      try await inventory.record(
        Sample.movement("q", "10", from: "A", to: "QUARANTINE", lot: "L-1", at: Sample.start + 10))
      try await inventory.house.expectRefusal(.failedPrecondition, "ON_HOLD") {
        try await inventory.record(
          Sample.movement("b", "1", from: "QUARANTINE", to: "A", lot: "L-1", at: Sample.start + 11))
      }
      await inventory.hold("H", Self.lot, .convertedToScrap)
      try await inventory.house.expectRefusal(.failedPrecondition, "ON_HOLD") {
        try await inventory.record(
          Sample.movement("i", "1", from: "QUARANTINE", lot: "L-1", at: Sample.start + 12))
      }
      // Scrap is only taken off the books.
      try await inventory.record(
        Sample.movement("s", "10", from: "QUARANTINE", lot: "L-1", at: Sample.start + 13) {
          $0.type = .adjustment
          $0.reason = "scrapped"
        })
      #expect(try await inventory.balance("QUARANTINE", lot: "L-1") == "0")
    }
  }

  @Test("A quarantined movement says what stands against it now, not what did at first")
  func reasons() async throws {
    try await InventoryFixture.run { inventory in
      await inventory.hold("H", Self.lot, placedAt: Instant(seconds: Sample.start + 60))
      let late = try await inventory.record(Sample.movement("late", "3", from: "A", lot: "L-1"))
      func now() async throws -> Inventory.V1.Movement? {
        try await inventory.recheck()
        return try await inventory.client.getMovement(
          .with {
            $0.site = HouseFixture.site
            $0.movementID = late.movementID
          }
        ).movement
      }
      #expect(try await now()?.stateReason == "ON_HOLD")
      await inventory.hold("H", Self.lot, .released)
      let waiting = try await now()
      #expect(waiting?.state == .quarantined && waiting?.stateReason == "NEGATIVE_STOCK")
      #expect(try await now()?.revision == waiting?.revision, "looking alone changes nothing")
      try await inventory.record(Sample.movement("r", "3", to: "A", lot: "L-1"))
      let applied = try await now()
      #expect(applied?.state == .applied && applied?.stateReason == "")
    }
  }

  @Test("A piece of a lot on hold does not move under its number alone, nor under another lot")
  func piecesOfLots() async throws {
    try await InventoryFixture.run(policy: #""negativeStock": "accept""#) { inventory in
      func piece(_ event: String, from: String, to: String, lot: String, at seconds: Int64 = 9)
        -> Inventory.V1.MovementReport
      {
        Sample.movement(event, "1", from: from, to: to, lot: lot, at: Sample.start + seconds) {
          $0.serial = "S-1"
        }
      }
      var receipt = piece("r", from: "", to: "A", lot: "L-1", at: 0)
      receipt.supplierCode = "V-1"
      try await inventory.record(receipt)
      for target in [Self.lot, .serial(item: "BODY", serial: "S-1"), .supplier("V-1")] {
        await inventory.hold("H", target)
        for (number, lot) in ["L-1", "", "L-2"].enumerated() {
          try await inventory.house.expectRefusal(
            .failedPrecondition, "ON_HOLD", leaving: ["movements", "balances"]
          ) {
            try await inventory.record(piece("m\(number)", from: "A", to: "B", lot: lot))
          }
        }
        await inventory.hold("H", target, .released)
      }
      try await inventory.record(piece("free", from: "A", to: "B", lot: ""))
    }
  }

  @Test("What had happened before the hold is kept, and applied when the hold has gone")
  func quarantine() async throws {
    try await InventoryFixture.run { inventory in
      try await inventory.record(Sample.movement("r", "10", to: "A", lot: "L-1"))
      await inventory.hold("H", Self.lot, placedAt: Instant(seconds: Sample.start + 60))
      let late = try await inventory.record(
        Sample.movement("late", "3", from: "A", to: "B", lot: "L-1", at: Sample.start + 59))
      #expect(late.state == .quarantined && late.stateReason == "ON_HOLD")
      #expect(try await inventory.balance("A", lot: "L-1") == "10")
      let settle = Inventory.V1.SettleMovementRequest.with {
        $0.site = HouseFixture.site
        $0.requestID = "settle"
        $0.movementID = late.movementID
        $0.settlement = .apply
        $0.reason = "it was so"
      }
      let refusal = try await inventory.house.expectRefusal(.failedPrecondition, "ON_HOLD") {
        _ = try await inventory.client.settleMovement(settle)
      }
      #expect(refusal?.metadata["hold_ids"] == "H")
      try await inventory.house.expectRefusal(.failedPrecondition, "MOVEMENT_STATE") {
        _ = try await inventory.client.reverseMovement(Self.reversal(of: late.movementID))
      }
      let recheck = Recheck(desk: inventory.parts.desk, sites: [InventoryFixture.site])
      try await recheck.once(inventory.house.program.database)
      #expect(try await inventory.balance("A", lot: "L-1") == "10", "still on hold")
      await inventory.hold("H", Self.lot, .released)
      try await recheck.once(inventory.house.program.database)
      #expect(try await inventory.balance("A", lot: "L-1") == "7")
      #expect(
        try await inventory.balance("B", lot: "L-1", asOf: Instant(seconds: Sample.start + 59))
          == "3")
      try await inventory.house.expectRefusal(.failedPrecondition, "MOVEMENT_STATE") {
        _ = try await inventory.client.settleMovement(settle)
      }
    }
  }

  private static func reversal(of movement: String, event: String = "back")
    -> Inventory.V1.ReverseMovementRequest
  {
    .with {
      $0.site = HouseFixture.site
      $0.header = Sample.header(event, at: Sample.start + 500)
      $0.movementID = movement
      $0.reason = "wrong shelf"
    }
  }

  @Test("A discarded movement never gets into a balance")
  func discarded() async throws {
    try await InventoryFixture.run { inventory in
      await inventory.hold("H", Self.lot, placedAt: Instant(seconds: Sample.start + 60))
      let late = try await inventory.record(Sample.movement("late", "3", to: "A", lot: "L-1"))
      let settled = try await inventory.client.settleMovement(
        .with {
          $0.site = HouseFixture.site
          $0.requestID = "settle"
          $0.movementID = late.movementID
          $0.settlement = .discard
          $0.reason = "scanned twice"
        })
      #expect(settled.movement?.state == .discarded && settled.movement?.settledBy == "wms")
      await inventory.hold("H", Self.lot, .released)
      try await Recheck(desk: inventory.parts.desk, sites: [InventoryFixture.site]).once(
        inventory.house.program.database)
      #expect(try await inventory.balance("A", lot: "L-1") == "0")
    }
  }

  @Test("A reversal goes the other way at its own time, once, and not around a hold")
  func reversals() async throws {
    try await InventoryFixture.run { inventory in
      try await inventory.record(Sample.movement("r", "10", to: "A", lot: "L-1"))
      let move = try await inventory.record(
        Sample.movement("m", "4", from: "A", to: "B", lot: "L-1"))
      await inventory.hold("H", Self.lot)
      try await inventory.house.expectRefusal(.failedPrecondition, "ON_HOLD") {
        _ = try await inventory.client.reverseMovement(Self.reversal(of: move.movementID))
      }
      await inventory.hold("H", Self.lot, .released)
      let back = try await inventory.client.reverseMovement(Self.reversal(of: move.movementID))
      #expect(back.reversal?.reversesMovementID == move.movementID)
      #expect(try await inventory.balance("A", lot: "L-1") == "10")
      #expect(
        try await inventory.balance("B", lot: "L-1", asOf: Instant(seconds: Sample.start + 499))
          == "4")
      let again = try await inventory.client.reverseMovement(Self.reversal(of: move.movementID))
      #expect(again.receipt == .duplicate)
      try await inventory.house.expectRefusal(.failedPrecondition, "MOVEMENT_STATE") {
        _ = try await inventory.client.reverseMovement(
          Self.reversal(of: move.movementID, event: "twice"))
      }
      try await inventory.house.expectRefusal(.notFound, "MOVEMENT_NOT_FOUND") {
        _ = try await inventory.client.reverseMovement(Self.reversal(of: "nobody", event: "none"))
      }
    }
  }

  @Test("Numbers that a device leaves out are shown, and a late one closes its gap")
  func gaps() async throws {
    try await InventoryFixture.run { inventory in
      func number(_ number: Int64, _ device: String) async throws {
        try await inventory.record(
          Sample.movement("\(device)\(number)", "1", to: "A") {
            $0.header?.sourceSequence = number
            $0.device = device
          })
      }
      func gaps() async throws -> [String] {
        try await inventory.client.listSequenceGaps(.with { $0.site = HouseFixture.site }).gaps
          .map { "\($0.device) \($0.first)-\($0.last)" }
      }
      for each in [5, 6, 9, 3, 12] as [Int64] { try await number(each, "gun-1") }
      try await number(2, "gun-2")
      #expect(try await gaps() == ["gun-1 4-4", "gun-1 7-8", "gun-1 10-11"])
      try await number(4, "gun-1")
      try await number(8, "gun-1")
      #expect(try await gaps() == ["gun-1 7-7", "gun-1 10-11"])
    }
  }
}
