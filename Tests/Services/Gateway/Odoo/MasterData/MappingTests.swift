import Contracts
import JSON
import Testing
import Values

@testable import GatewayOdoo

@Suite("What a row of Odoo becomes")
struct MappingTests {
  private func row(_ model: String, _ values: [String: JSONValue]) throws -> OdooRow {
    let answer = OdooAnswer.result([.object(values.merging(["id": 5]) { own, _ in own })])
    return try #require(try OdooRow.rows(of: answer, model: model).first)
  }

  private func draft(
    _ model: any MasterDataModel, _ values: [String: JSONValue],
    details: [String: [[String: JSONValue]]] = [:], _ known: Resolutions = Resolutions()
  ) throws -> Draft {
    var subject = Subject(id: 5, row: try row(model.main?.model ?? "", values))
    for (name, rows) in details { subject.details[name] = try rows.map { try row(name, $0) } }
    return try model.draft(subject, known)
  }

  // MARK: Units

  private static let ratios: [(String, Double, Double, Int64, Int64)] = [
    ("reference", 1, 1, 1, 1), ("bigger", 1 / 12, 12, 12, 1), ("smaller", 8, 0.125, 1, 8),
    ("smaller", 1_000, 0.001, 1, 1_000), ("bigger", 0.04, 25, 25, 1),
    ("bigger", 1 / 0.45359237, 0.45359237, 45_359_237, 100_000_000),
    ("bigger", 1 / 2.5, 2.5, 5, 2), ("smaller", 2.20462, 1 / 2.20462, 50_000, 110_231),
    // What Odoo keeps is the inverse: 1 / (1 / 49) is not quite 49.
    ("bigger", 1 / 49, 1 / (1 / 49), 49, 1), ("bigger", 1 / 3, 3, 3, 1),
  ]

  @Test("a unit's ratio is the exact fraction of what people entered", arguments: ratios)
  func ratio(_ type: String, _ factor: Double, _ inverse: Double, _ top: Int64, _ bottom: Int64)
    throws
  {
    let unit = try row(
      "uom.uom",
      ["uom_type": .string(type), "factor": .double(factor), "factor_inv": .double(inverse)])
    let ratio = try UnitModel.ratio(unit)
    #expect((ratio.numerator, ratio.denominator) == (top, bottom))
  }

  @Test(
    "a ratio that is no such fraction is a case",
    arguments: [
      ("smaller", 0.1234567890123, 8.1), ("bigger", 1e-10, 1e10), ("smaller", 0.0, 0.0),
      ("reference", 2.0, 0.5), ("smaller", 2.2046226218488, 0.45359237),
    ])
  func noRatio(_ type: String, _ factor: Double, _ inverse: Double) throws {
    let draft = try draft(
      UnitModel(),
      [
        "name": "X", "category_id": [2, "Weight"], "uom_type": .string(type),
        "factor": .double(factor), "factor_inv": .double(inverse), "rounding": 0.01,
      ])
    #expect(draft.problem?.reason == .recordUnusable)
    // Its code is known: who names it names it, and what there was stays.
    #expect(draft.claims?.map(\.code) == ["X"])
  }

  @Test("a unit has its category's name and its rounding as decimal text")
  func unit() throws {
    let draft = try draft(
      UnitModel(),
      [
        "name": "kg", "category_id": [2, "Weight"], "uom_type": "reference", "factor": 1.0,
        "factor_inv": 1.0, "rounding": 1e-05, "active": false,
      ])
    let unit = try #require(draft.claims?.first?.content?.unit)
    #expect(unit.category == "Weight")
    #expect(unit.rounding == "0.00001")
    #expect(unit.head?.lifeCycle == .withdrawn)
  }

  @Test(
    "decimal numbers are what they are written as",
    arguments: [
      (0.1, "0.1"), (12.0, "12"), (1e-06, "0.000001"), (0.0, "0"), (-2.5, "-2.5"),
      (1e11, "100000000000"), (1_234_567.891, "1234567.891"),
    ])
  func decimal(_ number: Double, _ text: String) {
    #expect(DecimalFraction(number)?.quantity?.description == text)
  }

  @Test("what has too many digits is no quantity", arguments: [1e-07, 1e13, 0.1 + 0.2, .infinity])
  func notDecimal(_ number: Double) {
    #expect(DecimalFraction(number)?.quantity == nil)
  }

  // MARK: Products

  private static let units = Resolutions(codes: [
    Reference(.unit, 1): .code("Units"), Reference(.unit, 12): .code("kg"),
  ])

  private static let product: [String: JSONValue] = [
    "default_code": "RM-1", "name": "Resin", "tracking": "lot", "type": "consu",
    "uom_id": [1, "Units"], "uom_po_id": [12, "kg"], "barcode": "400", "active": true,
    "product_tmpl_id": [8, "Resin"],
  ]

  @Test(
    "whether stock is kept of a product is said differently by each series",
    arguments: [
      (["detailed_type": "product"], true), (["detailed_type": "consu"], false),
      (["detailed_type": "service", "type": "service"], false), (["is_storable": true], true),
      (["is_storable": false], false), (["is_storable": false, "type": "service"], false),
    ] as [([String: JSONValue], Bool)])
  func storable(_ values: [String: JSONValue], _ isStorable: Bool) throws {
    let draft = try draft(ItemModel(), Self.product.merging(values) { _, new in new }, Self.units)
    let item = try #require(draft.claims?.first?.content?.item)
    #expect(item.storable == isStorable)
    #expect((item.unit, item.purchaseUnit, item.tracking) == ("Units", "kg", .lot))
    #expect(item.barcode == "400")
    #expect(item.shelfLifeDays == 0)
  }

  @Test("what ages is known with its module")
  func shelfLife() throws {
    var values = Self.product
    values["is_storable"] = true
    values["expiration_time"] = 90
    values["use_expiration_date"] = false
    #expect(
      try draft(ItemModel(), values, Self.units).claims?.first?.content?.item?.shelfLifeDays == 0)
    values["use_expiration_date"] = true
    #expect(
      try draft(ItemModel(), values, Self.units).claims?.first?.content?.item?.shelfLifeDays == 90)
  }

  @Test("a code that no record can have is a case and no record")
  func longCode() throws {
    var values = Self.product
    values["default_code"] = .string(String(repeating: "x", count: 65))
    let draft = try draft(ItemModel(), values, Self.units)
    #expect(draft.problem?.reason == .recordUnusable)
    #expect(draft.claims?.isEmpty == true)
  }

  // MARK: Places and partners

  @Test("a supplier's tax number has no spaces, its country two letters")
  func partner() throws {
    let draft = try draft(
      PartnerModel(),
      [
        "name": "Acme", "ref": "SUP", "vat": "DE 123 456", "country_code": "DE", "active": true,
        "supplier_rank": 1,
      ])
    let partner = try #require(draft.claims?.first?.content?.businessPartner)
    #expect((partner.taxID, partner.country) == ("DE123456", "DE"))
    #expect(partner.roles == [.supplier])
  }

  @Test("quarantine is what the configuration says, scrap what Odoo says")
  func location() throws {
    let known = Resolutions(codes: [
      Reference(.warehouse, 1): .code("WH"), Reference(.location, 7): .code("WH"),
    ])
    func location(_ path: String, _ usage: String, scrap: Bool = false) throws
      -> Masterdata.V1.Location?
    {
      try draft(
        LocationModel(quarantine: ["WH/Q", "Scrap"]),
        [
          "complete_name": .string(path), "name": "Q", "usage": .string(usage),
          "location_id": [7, "WH"], "warehouse_id": [1, "Plant"], "scrap_location": .bool(scrap),
        ], known
      ).claims?.first?.content?.location
    }
    let quarantine = try #require(try location("WH/Q", "internal"))
    #expect(quarantine.quarantine)
    #expect((quarantine.warehouse, quarantine.parent) == ("WH", "WH"))
    #expect(quarantine.usage == .internal)
    #expect(try location("WH/Other", "internal")?.quarantine == false)
    let scrap = try #require(try location("Scrap", "inventory", scrap: true))
    #expect(scrap.scrap && !scrap.quarantine)
  }

  // MARK: Bills

  private static let parts = Resolutions(
    codes: [
      Reference(.unit, 1): .code("Units"), Reference(.item, 6): .code("STEEL"),
      Reference(.item, 9): .code("VALVE"), Reference(.item, 10): .code("VALVE-B"),
      Reference(.workCenter, 1): .code("CUT"), Reference(.partner, 3): .code("MAKER"),
    ], variants: [8: [9], 18: [9, 10], 28: []])

  private static let bill: [String: JSONValue] = [
    "code": false, "product_tmpl_id": [8, "Valve"], "product_id": false, "product_qty": 2.0,
    "product_uom_id": [1, "Units"], "type": "normal", "sequence": 3, "active": true,
  ]

  private static let lines: [String: [[String: JSONValue]]] = [
    "mrp.bom.line": [
      [
        "id": 2, "product_id": [6, "Steel"], "product_qty": 0.5, "product_uom_id": [1, "Units"],
        "sequence": 1, "operation_id": [71, "Weld"],
      ],
      [
        "id": 1, "product_id": [6, "Steel"], "product_qty": 3.0, "product_uom_id": [1, "Units"],
        "sequence": 2, "operation_id": false,
      ],
    ],
    "mrp.routing.workcenter": [
      [
        "id": 70, "name": "Cut", "workcenter_id": [1, "Cutting"], "sequence": 5, "time_cycle": 1.5,
        "active": true,
      ],
      [
        "id": 71, "name": "Weld", "workcenter_id": [1, "Cutting"], "sequence": 2,
        "time_cycle": 0.25, "active": true,
      ],
      [
        "id": 72, "name": "Gone", "workcenter_id": [1, "Cutting"], "sequence": 1,
        "time_cycle": 9.0, "active": false,
      ],
    ],
  ]

  @Test("a bill and its routing have one code; steps are numbered in their order, by tens")
  func wholeBill() throws {
    let draft = try draft(BillModel(), Self.bill, details: Self.lines, Self.parts)
    #expect(draft.problem == nil)
    #expect(draft.claims?.map(\.kind) == [.routing, .billOfMaterial])
    let routing = try #require(draft.claims?.first?.content?.routing)
    #expect(routing.operations.map(\.description_p) == ["Weld", "Cut"])
    #expect(routing.operations.map(\.number) == [10, 20])
    #expect(routing.operations.map(\.cycleTimeMilliseconds) == [15_000, 90_000])
    let bill = try #require(draft.claims?.last?.content?.billOfMaterial)
    #expect(bill.head?.code == "VALVE")
    #expect((bill.item, bill.routing, bill.priority) == ("VALVE", "VALVE", 3))
    #expect(bill.quantity?.value == "2")
    #expect(bill.lines.map(\.quantity?.value) == ["0.5", "3"])
    #expect(bill.lines.map(\.operation) == [10, 0])
    #expect(bill.lines.map(\.line) == [1, 2])
  }

  @Test(
    "a bill's code is the product's, and its own behind it; its type is Odoo's",
    arguments: [
      (["code": "B", "type": "phantom"], "VALVE/B", Masterdata.V1.BillType.kit),
      (["type": "subcontract", "subcontractor_ids": [3]], "VALVE", .subcontract),
      (["product_id": [10, "Valve B"], "product_tmpl_id": [18, "Valve"]], "VALVE-B", .normal),
    ] as [([String: JSONValue], String, Masterdata.V1.BillType)])
  func billCode(_ values: [String: JSONValue], _ code: String, _ type: Masterdata.V1.BillType)
    throws
  {
    let draft = try draft(BillModel(), Self.bill.merging(values) { _, new in new }, Self.parts)
    let bill = try #require(draft.claims?.last?.content?.billOfMaterial)
    #expect(bill.head?.code == code)
    #expect(bill.type == type)
    #expect(bill.routing.isEmpty)
    #expect(bill.subcontractors == (type == .subcontract ? ["MAKER"] : []))
  }

  @Test(
    "a bill that can't be told is no record, and what it was before stays",
    arguments: [
      (["product_tmpl_id": [18, "Valve"]], CaseReason.billOfTemplate),
      (["product_tmpl_id": [28, "Valve"]], .referenceMissing),
      (["product_id": [99, "Unknown"]], .referenceMissing),
    ] as [([String: JSONValue], CaseReason)])
  func noBill(_ values: [String: JSONValue], _ reason: CaseReason) throws {
    let draft = try draft(BillModel(), Self.bill.merging(values) { _, new in new }, Self.parts)
    #expect(draft.problem?.reason == reason)
    #expect(draft.claims == nil || draft.claims?.isEmpty == true)
    #expect(draft.claims == nil)
  }

  @Test("a line for some variants only, or of too fine a quantity, keeps the bill back")
  func lines() throws {
    for change: [String: JSONValue] in [
      ["bom_product_template_attribute_value_ids": [4]], ["product_qty": 0.3333333333],
      ["product_id": [99, "Unknown"]],
    ] {
      var lines = Self.lines
      lines["mrp.bom.line"]?[0].merge(change) { _, new in new }
      let draft = try draft(BillModel(), Self.bill, details: lines, Self.parts)
      #expect(draft.problem != nil)
      #expect(draft.claims?.last?.content == nil)
      #expect(draft.claims?.map(\.code) == ["VALVE", "VALVE"])
    }
  }

  // MARK: Prices

  private func prices(_ rows: [[String: JSONValue]]) throws -> Draft {
    let common: [String: JSONValue] = [
      "partner_id": [3, "Maker"], "product_tmpl_id": [8, "Valve"], "product_id": false,
      "price": 2.8, "min_qty": 0.0, "delay": 5, "product_code": "M-1", "product_name": false,
      "currency_id": [1, "EUR"], "date_start": false, "date_end": false, "sequence": 1,
    ]
    var subject = Subject(id: 8)
    subject.details["product.supplierinfo"] = try rows.enumerated().map { index, values in
      try row(
        "product.supplierinfo",
        common.merging(["id": .int(Int64(index + 1))]) { _, new in new }
          .merging(values) { _, new in new })
    }
    return try PricesModel().draft(subject, Self.parts)
  }

  @Test("a supplier's rows for one product are one record with their prices")
  func supplierItem() throws {
    let draft = try prices([
      ["min_qty": 100.0, "price": 2.5, "sequence": 2, "product_code": "M-1-BULK"], [:],
      ["price": 9.0], ["min_qty": 10.0, "date_start": "2026-01-01", "date_end": "2026-12-31"],
    ])
    #expect(draft.problem == nil)
    let item = try #require(draft.claims?.first?.content?.supplierItem)
    #expect(draft.claims?.map(\.code) == ["MAKER/VALVE"])
    #expect((item.supplierItemCode, item.leadTimeDays) == ("M-1", 5))
    // Of two prices for the same the first is the one that Odoo takes.
    #expect(item.prices.map(\.unitPrice) == ["2.8", "2.8", "2.5"])
    #expect(item.prices.map(\.minimumQuantity) == ["0", "10", "100"])
    #expect(item.prices.map(\.currency) == ["EUR", "EUR", "EUR"])
    let period = item.prices[1]
    #expect(period.effectiveFrom?.seconds == CalendarDay("2026-01-01")?.start.seconds)
    #expect(period.effectiveUntil?.seconds == CalendarDay("2027-01-01")?.start.seconds)
  }

  @Test("a discount is taken off exactly, or is a case")
  func discount() throws {
    let exact = try prices([["price": 10.0, "discount": 2.5]])
    #expect(exact.claims?.first?.content?.supplierItem?.prices.first?.unitPrice == "9.75")
    let inexact = try prices([["price": 0.000001, "discount": 50.0]])
    #expect(inexact.problem?.reason == .recordUnusable)
  }
}

extension Instant {
  fileprivate var seconds: Int64 { microseconds / Instant.microsecondsPerSecond }
}
