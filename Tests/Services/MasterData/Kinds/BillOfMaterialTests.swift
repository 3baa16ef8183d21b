import Contracts
import Protobuf
import ServiceKit
import Testing
import Values

@testable import MasterData

@Suite("Bills of material, and locations", .timeLimit(.minutes(2)))
struct BillOfMaterialTests {
  private func reasons(
    _ service: MasterDataFixture, _ records: [any MasterRecord]
  ) async throws -> [String] {
    let response = try await service.put(records)
    return response.differences.map { $0.rejection?.reason ?? "" }
  }

  @Test("No item is made of itself, over however many bills")
  func cycles() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      _ = try await service.put((0...5).map { Sample.item("I\($0)") })
      let itself = Sample.bill("B0", of: "I0", ["I1", "I0"])
      #expect(try await reasons(service, [itself]) == ["CYCLIC_BILL"])
      // I0 of I1 of I2 … of I5.
      let chain = (0..<5).map { Sample.bill("B\($0)", of: "I\($0)", ["I\($0 + 1)"]) }
      #expect(try await reasons(service, chain) == ["", "", "", "", ""])
      let closing = Sample.bill("B5", of: "I5", ["I0"])
      #expect(try await reasons(service, [closing]) == ["CYCLIC_BILL"])
      let draft = Sample.bill("B5", .draft, of: "I5", ["I0"])
      #expect(try await reasons(service, [draft]) == [""], "a draft makes nothing")
      #expect(try await reasons(service, [closing]) == ["CYCLIC_BILL"])
      let broken = Sample.bill("B2", .withdrawn, of: "I2", ["I3"])
      #expect(try await reasons(service, [broken, closing]) == ["", ""])
      let back = Sample.bill("B2", of: "I2", ["I3"])
      #expect(try await reasons(service, [back]) == ["CYCLIC_BILL"])
    }
  }

  @Test("The same bill as before is no cycle with itself, and a part may stand in many bills")
  func diamonds() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      _ = try await service.put((0...3).map { Sample.item("I\($0)") })
      let bills = [
        Sample.bill("A", of: "I0", ["I1", "I2"]), Sample.bill("B", of: "I1", ["I3"]),
        Sample.bill("C", of: "I2", ["I3", "I3"]),
      ]
      #expect(try await reasons(service, bills) == ["", "", ""])
      let changed = bills.map { bill in bill.changed { $0.version = "2" } }
      #expect(try await reasons(service, changed) == ["", "", ""])
    }
  }

  @Test("A bill of as many different items as it may have lines is taken")
  func lines() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      let parts = (1...BillDefinition.maximumLines).map { "P\($0)" }
      let items: [any MasterRecord] = (parts + ["WHOLE"]).map { Sample.item($0) }
      _ = try await service.put(items)
      let bill = Sample.bill("WHOLE", of: "WHOLE", parts)
      #expect(try await reasons(service, [bill]) == [""])
    }
  }

  @Test("Quantities are in units that can be converted into the item's")
  func units() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      _ = try await service.put([Sample.item("A"), Sample.item("B")])
      func bill(_ unit: String) -> Masterdata.V1.BillOfMaterial {
        Sample.bill("A/1", of: "A", ["B"]) { $0.lines[0].quantity?.unit = unit }
      }
      #expect(try await reasons(service, [bill("kg")]) == ["UNIT_CATEGORY"])
      #expect(try await reasons(service, [bill("Dozens")]) == [""])
    }
  }

  @Test("A line's operation is one of the routing's")
  func operations() async throws {
    try await MasterDataFixture.run { service in
      _ = try await service.put(Sample.plant)
      let wrong = Sample.bill("VALVE/B", of: "VALVE", ["BODY"]) {
        $0.routing = "ROUTE"
        $0.lines[0].operation = 20
      }
      let outcome = try await service.put([wrong])
      let rejection = outcome.differences.first?.rejection
      #expect(rejection?.reason == "OPERATION_UNKNOWN")
      #expect(rejection?.violations.map(\.field) == ["records.records[0].lines[0].operation"])
    }
  }

  @Test("A location is below so many others at most, however the chain was put together")
  func depth() async throws {
    try await MasterDataFixture.run { service in
      _ = try await service.put(Sample.plant)
      let limit = LocationDefinition.maximumDepth
      func chain(_ name: String, _ count: Int) -> [any MasterRecord] {
        (0..<count).map { Sample.location("\(name)\($0)", in: $0 == 0 ? "" : "\(name)\($0 - 1)") }
      }
      #expect(try await reasons(service, chain("A", limit + 1)).allSatisfy(\.isEmpty))
      let deeper = Sample.location("A-BELOW", in: "A\(limit)")
      #expect(try await reasons(service, [deeper]) == ["LOCATION_TOO_DEEP"])
      // A chain that is hung below another one: nothing more goes below its end.
      #expect(try await reasons(service, chain("B", limit)).allSatisfy(\.isEmpty))
      #expect(try await reasons(service, [Sample.location("B0", in: "A9")]) == [""])
      let below = Sample.location("B-BELOW", in: "B\(limit - 1)")
      #expect(try await reasons(service, [below]) == ["LOCATION_TOO_DEEP"])
    }
  }

  @Test("A location is never below itself")
  func locations() async throws {
    try await MasterDataFixture.run { service in
      _ = try await service.put(Sample.plant)
      for parent in ["WH/Stock", "WH/Stock/1"] {
        let location = Sample.location("WH/Stock", in: parent)
        #expect(try await reasons(service, [location]) == ["CYCLIC_LOCATION"], "\(parent)")
      }
    }
  }
}
