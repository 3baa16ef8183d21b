import Contracts
import Houses
import Protobuf
import ServiceKit
import Testing
import Values

@testable import Inventory

@Suite("Counts", .timeLimit(.minutes(1)))
struct CountTests {
  private static func count(
    _ event: String, _ lines: [(lot: String, quantity: String)], complete: Bool = false,
    at seconds: Int64 = Sample.start + 100
  ) -> Inventory.V1.SubmitCountRequest {
    .with {
      $0.site = HouseFixture.site
      $0.header = Sample.header(event, at: seconds)
      $0.location = "A"
      $0.complete = complete
      $0.lines = lines.map { line in
        .with {
          $0.itemCode = "BODY"
          $0.lot = line.lot
          $0.quantity = .with {
            $0.value = line.quantity
            $0.unit = "Units"
          }
        }
      }
    }
  }

  private static func variances(_ inventory: InventoryFixture, _ count: String) async throws
    -> [String]
  {
    try await inventory.variances(of: count).map { "\($0.key?.lot ?? "") \($0.variance)" }
  }

  private static func approval(
    _ count: String, _ lot: String, _ variance: String, _ request: String = "approve"
  ) -> Inventory.V1.ApproveAdjustmentRequest {
    .with {
      $0.site = HouseFixture.site
      $0.requestID = request
      $0.countID = count
      $0.variances = [
        .with {
          $0.itemCode = "BODY"
          $0.lot = lot
          $0.variance = variance
        }
      ]
      $0.reason = "counted twice"
    }
  }

  @Test("What differs is shown for the time of the count; what is approved is in the books then")
  func adjusts() async throws {
    try await InventoryFixture.run { inventory in
      try await inventory.record(Sample.movement("1", "10", to: "A", lot: "L-1"))
      try await inventory.record(Sample.movement("2", "5", to: "A", lot: "L-2"))
      // After the count: it says nothing about it.
      try await inventory.record(
        Sample.movement("3", "1", from: "A", lot: "L-1", at: Sample.start + 200))
      let partial = try await inventory.client.submitCount(Self.count("c-1", [("L-1", "8")]))
      let again = try await inventory.client.submitCount(Self.count("c-1", [("L-1", "8")]))
      #expect(again.receipt == .duplicate && again.countID == partial.countID)
      #expect(try await Self.variances(inventory, partial.countID) == ["L-1 -2"])
      let complete = try await inventory.client.submitCount(
        Self.count("c-2", [("L-1", "10"), ("L-3", "1")], complete: true))
      #expect(try await Self.variances(inventory, complete.countID) == ["L-3 1", "L-2 -5"])
      #expect(try await inventory.balance("A", lot: "L-1") == "9", "counting changes nothing")
      let approved = try await inventory.client.approveAdjustment(
        Self.approval(partial.countID, "L-1", "-2"))
      #expect(approved.adjustments.map(\.report?.quantity?.value) == ["2"])
      #expect(approved.adjustments.first?.report?.document == partial.countID)
      #expect(try await inventory.balance("A", lot: "L-1") == "7")
      #expect(
        try await inventory.balance("A", lot: "L-1", asOf: Instant(seconds: Sample.start + 100))
          == "8")
      #expect(try await Self.variances(inventory, partial.countID).isEmpty)
      let repeated = try await inventory.client.approveAdjustment(
        Self.approval(partial.countID, "L-1", "-2"))
      #expect(repeated.receipt == .duplicate && repeated.adjustments == approved.adjustments)
    }
  }

  @Test("A late movement that explains a difference makes it vanish, before an approval and after")
  func late() async throws {
    try await InventoryFixture.run { inventory in
      try await inventory.record(Sample.movement("1", "10", to: "A", lot: "L-1"))
      let count = try await inventory.client.submitCount(Self.count("c", [("L-1", "7")])).countID
      #expect(try await Self.variances(inventory, count) == ["L-1 -3"])
      try await inventory.record(
        Sample.movement("late", "2", from: "A", lot: "L-1", at: Sample.start + 50))
      #expect(try await Self.variances(inventory, count) == ["L-1 -1"])
      let changed = try await inventory.house.expectRefusal(
        .failedPrecondition, "VARIANCE_CHANGED", leaving: ["movements"]
      ) {
        _ = try await inventory.client.approveAdjustment(Self.approval(count, "L-1", "-3"))
      }
      #expect(changed?.metadata["variance"] == "-1")
      _ = try await inventory.client.approveAdjustment(Self.approval(count, "L-1", "-1"))
      try await inventory.record(
        Sample.movement("later", "1", from: "A", lot: "L-1", at: Sample.start + 60))
      #expect(try await Self.variances(inventory, count) == ["L-1 1"], "it comes back")
    }
  }

  @Test("An approval does not lead around a hold, and a wrong one changes nothing")
  func refusals() async throws {
    try await InventoryFixture.run { inventory in
      try await inventory.record(Sample.movement("1", "10", to: "A", lot: "L-1"))
      let count = try await inventory.client.submitCount(Self.count("c", [("L-1", "12")])).countID
      for placed in [Sample.start, Sample.start + 1_000] {
        // Also one that was placed after the count: nobody decides about what is on hold.
        await inventory.hold(
          "H", .lot(item: "BODY", lot: "L-1"), placedAt: Instant(seconds: placed))
        let refusal = try await inventory.house.expectRefusal(
          .failedPrecondition, "ON_HOLD", leaving: ["movements"]
        ) {
          _ = try await inventory.client.approveAdjustment(Self.approval(count, "L-1", "2"))
        }
        #expect(refusal?.metadata["hold_ids"] == "H")
      }
      try await inventory.house.expectRefusal(.notFound, "COUNT_NOT_FOUND") {
        _ = try await inventory.client.approveAdjustment(Self.approval("nobody", "L-1", "2"))
      }
      try await inventory.house.expectRefusal(.failedPrecondition, "VARIANCE_CHANGED") {
        _ = try await inventory.client.approveAdjustment(Self.approval(count, "L-9", "2"))
      }
      let broken = try await inventory.house.brokenFields {
        _ = try await inventory.client.submitCount(
          Self.count("d", [("L-1", "1"), ("L-1", "2")]))
      }
      #expect(broken == ["lines[1].item_code"])
      let empty = try await inventory.house.brokenFields {
        _ = try await inventory.client.submitCount(Self.count("e", []))
      }
      #expect(empty == ["lines"])
    }
  }
}

@Suite("Availability and watches", .timeLimit(.minutes(1)))
struct AvailabilityTests {
  @Test("What is held is there, and not available; how old the holds are is said")
  func availability() async throws {
    try await InventoryFixture.run { inventory in
      try await inventory.record(Sample.movement("1", "10", to: "A", lot: "L-1"))
      try await inventory.record(Sample.movement("2", "5", to: "B", lot: "L-2"))
      await inventory.hold("H", .lot(item: "BODY", lot: "L-1"))
      let answer = try await inventory.client.checkAvailability(
        .with {
          $0.site = HouseFixture.site
          $0.questions = [("", "", "5"), ("", "", "5.1"), ("L-1", "", "0"), ("", "B", "5")].map {
            lot, location, needed in
            .with {
              $0.itemCode = "BODY"
              $0.lot = lot
              $0.location = location
              $0.quantity = needed
            }
          }
        })
      #expect(answer.answers.map(\.onHand?.value) == ["15", "15", "10", "5"])
      #expect(answer.answers.map(\.available?.value) == ["5", "5", "0", "5"])
      #expect(answer.answers.map(\.sufficient) == [true, false, true, true])
      #expect(answer.answers.map(\.holdIds) == [["H"], ["H"], ["H"], []])
      #expect(answer.holdsAsOf != nil)
    }
  }

  @Test("What is missing on hold is missing of what is available: a hold makes nothing more")
  func heldBelowZero() async throws {
    try await InventoryFixture.run(policy: #""negativeStock": "accept""#) { inventory in
      try await inventory.record(Sample.movement("1", "3", from: "A", lot: "L-1"))
      try await inventory.record(Sample.movement("2", "5", to: "A", lot: "L-2"))
      await inventory.hold("H", .lot(item: "BODY", lot: "L-1"))
      let answer = try await inventory.client.checkAvailability(
        .with {
          $0.site = HouseFixture.site
          $0.questions = [
            .with {
              $0.itemCode = "BODY"
              $0.quantity = "3"
            }
          ]
        }
      ).answers.first
      #expect(answer?.onHand?.value == "2" && answer?.held?.value == "0")
      #expect(answer?.available?.value == "2" && answer?.sufficient == false)
    }
  }

  @Test("A watch tells every balance, and goes on where it was; both sides of a transfer")
  func watch() async throws {
    try await InventoryFixture.run { inventory in
      for lot in 1...70 {
        try await inventory.record(Sample.movement("r\(lot)", "1", to: "A", lot: "L-\(lot)"))
        try await inventory.record(
          Sample.movement("t\(lot)", "1", from: "A", to: "B", lot: "L-\(lot)"))
      }
      var (told, token) = ([String: String](), "")
      let request = Inventory.V1.WatchBalancesRequest.with { $0.site = HouseFixture.site }
      for try await response in try await inventory.client.watchBalances(request) {
        token = response.resumeToken
        guard let balance = response.balance, let key = balance.key else { break }
        told["\(key.location) \(key.lot)"] = balance.quantity?.value
      }
      #expect(told.count == 140)
      #expect(told.filter { $0.value == "1" }.keys.allSatisfy { $0.hasPrefix("B ") })
      try await inventory.record(Sample.movement("new", "2", to: "C"))
      var later = request
      later.resumeToken = token
      var places: [String] = []
      for try await response in try await inventory.client.watchBalances(later) {
        guard let balance = response.balance else { break }
        places.append(balance.key?.location ?? "")
      }
      #expect(places == ["C"])
    }
  }
}
