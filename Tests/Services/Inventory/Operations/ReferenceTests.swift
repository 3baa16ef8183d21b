import Contracts
import Environment
import Houses
import Protobuf
import ServiceKit
import Testing
import Values

@testable import Inventory

@Suite("Movements and master data", .timeLimit(.minutes(1)))
struct ReferenceTests {
  private static let known: [Masterdata.V1.Record] = [
    .unit("Units", 1), .unit("Dozen", 12), .unit("Third", 1, 3), .item("BODY", .none),
    .item("BYLOT", .lot), .item("PIECE", .serial), .location("A", within: "HALL"),
    .location("B", within: "HALL"), .location("HALL"),
  ]
  private static let refusing = #""negativeStock": "refuse", "unknownCodes": "refuse""#

  private static func receipt(
    _ event: String, _ quantity: String, _ unit: String, item: String = "BODY",
    _ change: (inout Inventory.V1.MovementReport) -> Void = { _ in }
  ) -> Inventory.V1.MovementReport {
    Sample.movement(event, quantity, to: "A") {
      $0.itemCode = item
      $0.quantity?.unit = unit
      change(&$0)
    }
  }

  @Test("What can't be checked yet is kept, and in the books as soon as its codes are known")
  func parked() async throws {
    for policy in [Self.refusing, #""negativeStock": "refuse""#] {
      try await InventoryFixture.run(policy: policy, followsMasterData: true) { inventory in
        let early = try await inventory.record(Self.receipt("r", "5", "Units"))
        #expect(early.state == .quarantined && early.stateReason == "REFERENCE_UNKNOWN")
        try await inventory.recheck()
        #expect(try await inventory.balance("A") == "0")
        let cases = try await inventory.client.listInventoryCases(
          .with { $0.site = HouseFixture.site }
        ).cases
        #expect(cases.map(\.movementID) == [early.movementID])
        await inventory.know(Self.known)
        try await inventory.recheck()
        #expect(try await inventory.balance("A") == "5")
      }
    }
  }

  @Test("What master data does not have is refused where the site wants it, with every field")
  func refused() async throws {
    try await InventoryFixture.run(policy: Self.refusing, followsMasterData: true) { inventory in
      await inventory.know(Self.known)
      let table: [([String], (inout Inventory.V1.MovementReport) -> Void)] = [
        (["item_code"], { $0.itemCode = "GHOST" }), (["to_location"], { $0.toLocation = "GHOST" }),
        (["lot"], { $0.itemCode = "BYLOT" }), (["serial"], { $0.itemCode = "PIECE" }),
        (
          ["item_code", "to_location", "quantity.unit", "supplier_code"],
          {
            $0.itemCode = "GHOST"
            $0.toLocation = "GHOST"
            $0.quantity?.unit = "Barrel"
            $0.supplierCode = "GHOST"
          }
        ),
      ]
      for (fields, spoil) in table {
        let refusal = try await inventory.house.expectRefusal(
          .failedPrecondition, "REFERENCE_UNKNOWN", leaving: ["movements"]
        ) { try await inventory.record(Self.receipt("r", "1", "Units", spoil)) }
        #expect(refusal?.violations.map(\.field) == fields)
      }
      // A copy that has grown old knows too little to refuse.
      inventory.masterData.breakDown()
      let copy = try #require(inventory.parts.copy)
      while !Task.isCancelled, copy.isFresh(InventoryFixture.site) {
        inventory.house.clock.advance(milliseconds: 2 * ReferenceCopy.freshSeconds * 1_000)
        await Task.yield()
      }
      let kept = try await inventory.record(
        Self.receipt("old", "1", "Units", item: "GHOST"))
      #expect(kept.state == .quarantined)
    }
  }

  @Test("Other units of a kind are converted exactly, in movements and in counts, or refused")
  func units() async throws {
    try await InventoryFixture.run(followsMasterData: true) { inventory in
      await inventory.know(Self.known)
      // The first movement does not make its unit the item's: master data has one.
      let dozens = try await inventory.record(Self.receipt("1", "2", "Dozen"))
      #expect(try await inventory.balance("A") == "24")
      #expect(dozens.bookedQuantity?.value == "24" && dozens.report?.quantity?.value == "2")
      try await inventory.house.expectRefusal(.failedPrecondition, "UNIT_MISMATCH") {
        try await inventory.record(Self.receipt("2", "1", "Third"))
      }
      try await inventory.house.expectRefusal(.failedPrecondition, "UNIT_MISMATCH") {
        try await inventory.record(
          Self.receipt("3", "1", "Dozen", item: "PIECE") { $0.serial = "S-1" })
      }
      func count(_ event: String, _ quantity: String, _ unit: String) async throws -> String {
        try await inventory.client.submitCount(
          .with {
            $0.site = HouseFixture.site
            $0.header = Sample.header(event, at: Sample.start + 10)
            $0.location = "A"
            $0.lines = [
              .with {
                $0.itemCode = "BODY"
                $0.quantity = .with {
                  $0.value = quantity
                  $0.unit = unit
                }
              }
            ]
          }
        ).countID
      }
      let counted = try await count("4", "1.5", "Dozen")
      let found = try await inventory.client.listVariances(
        .with {
          $0.site = HouseFixture.site
          $0.countID = counted
        })
      #expect(found.variances.map(\.variance) == ["-6"])
      #expect(found.variances.first?.counted?.unit == "Units")
      try await inventory.house.expectRefusal(
        .failedPrecondition, "UNIT_MISMATCH", leaving: ["counts"]
      ) { _ = try await count("5", "1", "Third") }
      // What goes back is what came, whatever a dozen is by then.
      await inventory.know([.unit("Dozen", 10)])
      _ = try await inventory.client.reverseMovement(
        .with {
          $0.site = HouseFixture.site
          $0.header = Sample.header("6")
          $0.movementID = dozens.movementID
          $0.reason = "never came"
        })
      #expect(try await inventory.balance("A") == "0")
    }
  }

  @Test("A hold on a hall stops what is in it, and nobody is told that it is available")
  func parents() async throws {
    try await InventoryFixture.run(followsMasterData: true) { inventory in
      await inventory.know(Self.known)
      try await inventory.record(Self.receipt("1", "5", "Units"))
      await inventory.hold("H", .location("HALL"))
      try await inventory.house.expectRefusal(.failedPrecondition, "ON_HOLD") {
        try await inventory.record(
          Sample.movement("2", "1", from: "A", to: "B", at: Sample.start + 9))
      }
      let answer = try await inventory.client.checkAvailability(
        .with {
          $0.site = HouseFixture.site
          $0.questions = [
            .with {
              $0.itemCode = "BODY"
              $0.quantity = "1"
            }
          ]
        })
      #expect(answer.answers.map(\.available?.value) == ["0"])
      #expect(answer.answers.map(\.held?.value) == ["5"])
      #expect(answer.referencesAsOf != nil)
    }
  }
}
