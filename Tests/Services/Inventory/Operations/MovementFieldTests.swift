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

@Suite("Fields of movements", .timeLimit(.minutes(1)))
struct MovementFieldTests {
  @Test("A bad field is named, and nothing is recorded")
  func fields() async throws {
    let table: [([String], (inout Inventory.V1.MovementReport) -> Void)] = [
      (["movement.header"], { $0.header = nil }),
      (["movement.type"], { $0.type = .unspecified }),
      (["movement.item_code"], { $0.itemCode = "" }),
      (["movement.quantity"], { $0.quantity = nil }),
      (["movement.quantity.value"], { $0.quantity?.value = "0" }),
      (
        ["movement.quantity.value"],
        {
          $0.serial = "S-1"
          $0.quantity?.value = "2"
        }
      ),
      (["movement.from_location"], { $0.fromLocation = "B" }),
      (["movement.reason"], { $0.type = .adjustment }),
      (
        ["movement.supplier_code"],
        {
          $0.type = .issue
          ($0.fromLocation, $0.toLocation) = ("A", "")
          $0.supplierCode = "V-1"
        }
      ),
    ]
    try await InventoryFixture.run { inventory in
      for (fields, spoil) in table {
        var report = Sample.movement("x", "1", to: "A")
        spoil(&report)
        let broken = try await inventory.house.brokenFields { try await inventory.record(report) }
        #expect(broken == fields)
      }
      let batch = try await inventory.client.recordMovementBatch(
        .with {
          $0.site = HouseFixture.site
          $0.movements = [
            Sample.movement("good", "1", to: "A"), Sample.movement("bad", "-1", to: "A"),
            Sample.movement("good", "1", to: "A"),
          ]
        }
      ).outcomes
      #expect(batch.map(\.receipt) == [.accepted, .rejected, .duplicate])
      #expect(
        batch[1].rejection?.violations.map(\.field) == ["movements[1].quantity.value"])
      var other = Sample.movement("kg", "1", to: "A")
      other.quantity?.unit = "kg"
      let unit = try await inventory.house.expectRefusal(.failedPrecondition, "UNIT_MISMATCH") {
        try await inventory.record(other)
      }
      #expect(unit?.metadata["unit"] == "Units")
      var huge = Sample.movement("huge", "999999999999.999999", to: "A")
      huge.header?.sourceEventID = "huge"
      try await inventory.house.expectRefusal(.failedPrecondition, "QUANTITY_OVERFLOW") {
        try await inventory.record(huge)
      }
    }
  }
}
