import Testing
import Values

@testable import Production

@Suite("What an order names, against master data")
struct OrderReferencesTests {
  /// Master data as a test says it is.
  struct Known: KnownReferences {
    var items: [String: KnownItem] = [
      "TABLE": .init(unit: "Units", isInForce: true, revision: 3),
      "BOARD": .init(unit: "Units", isInForce: true, revision: 1),
      "VARNISH": .init(unit: "Units", isInForce: true, revision: 1),
    ]
    var units: [String: KnownUnit] = [
      "Units": unit(1, 1), "Dozens": unit(12, 1), "kg": unit(1, 1, category: "Weight"),
    ]
    var workCenters: Set<String> = ["WC"]

    func item(_ code: String) -> KnownItem? { items[code] }
    func unit(_ name: String) -> KnownUnit? { units[name] }
    func isWorkCenter(_ code: String) -> Bool { workCenters.contains(code) }
    func location(_ code: String) -> KnownLocation? { nil }
    func isBusinessPartner(_ code: String) -> Bool { false }

    static func unit(
      _ numerator: Int64, _ denominator: Int64, category: String = "Unit", isInForce: Bool = true
    ) -> KnownUnit {
      KnownUnit(
        category: category, ratio: UnitRatio(numerator, denominator) ?? .one,
        rounding: .decimal("1"), isInForce: isInForce)
    }
  }

  private func fields(
    _ order: OrderDefinition = .sample(), _ change: (inout Known) -> Void = { _ in }
  ) throws -> [String] {
    var known = Known()
    change(&known)
    return try order.findings(known).map(\.field)
  }

  @Test("An order of known items, units and work centers has nothing to find")
  func good() throws { #expect(try fields() == []) }

  @Test("What is not there, or not in force, is named with its field")
  func missing() throws {
    #expect(try fields { $0.items["TABLE"] = nil } == ["item_code"])
    #expect(try fields { $0.items["TABLE"]?.isInForce = false } == ["item_code"])
    #expect(try fields { $0.items["VARNISH"] = nil } == ["components[1].item_code"])
    #expect(
      try fields { $0.units["Units"]?.isInForce = false } == [
        "planned_quantity.unit", "components[0].demand.unit", "components[1].demand.unit",
      ])
    #expect(
      try fields { $0.workCenters = [] } == [
        "operations[0].work_center_code", "operations[1].work_center_code",
      ])
  }

  @Test("An order without a code of its work centers is not asked for any")
  func withoutWorkCenter() throws {
    var order = OrderDefinition.sample()
    order.operations[0].workCenterCode = ""
    #expect(try fields(order) { $0.workCenters = ["WC"] } == [])
  }

  @Test("A unit that can't be converted into the item's is found")
  func categories() throws {
    var order = OrderDefinition.sample()
    order.planned = Amount(.decimal("10"), "kg")
    #expect(try fields(order) == ["planned_quantity.unit"])
  }

  @Test("A unit that can't say the smallest step of the item's own exactly is found")
  func exactness() throws {
    var order = OrderDefinition.sample()
    order.planned = Amount(.decimal("10"), "Dozens")
    #expect(try fields(order) == ["planned_quantity.unit"], "a twelfth is no decimal number")
    // A box of 8 says a piece as 0.125.
    #expect(try fields(order) { $0.units["Dozens"] = Known.unit(8, 1) } == [])
    // What is counted in boxes can be reported in pieces.
    #expect(
      try fields(order) {
        $0.units["Dozens"] = Known.unit(1, 1)
        $0.items["TABLE"]?.unit = "Gross"
        $0.units["Gross"] = Known.unit(144, 1)
      } == [])
  }

  @Test("No more findings are kept than a person reads")
  func bound() throws {
    let lines = (1...200).map {
      ComponentLine.sample(line: $0, "NOTHING-\($0)", demand: "1", rounding: "1")
    }
    let found = try fields(.sample(components: lines))
    #expect(found.count == OrderDefinition.maximumFindings)
  }
}
