import Contracts
import Environment
import JSON
import ServiceKit
import Synchronization
import Testing
import Values

@testable import GatewayOdoo

@Suite("Orders from Odoo")
struct InboundTests {
  @Test("a confirmed order whose start is near is released once, with its parts and operations")
  func releases() async throws {
    try await WingFixture.run { wing in
      let id = await wing.odoo.order("FG-VALVE", 10)
      let name = await wing.odoo.read("mrp.production", id, ["name"])["name"]?.stringValue ?? ""
      for _ in 0..<3 { try await wing.poll() }
      let request = try #require(wing.production.order(name))
      #expect(wing.production.state.withLock(\.releases) == 1)
      #expect(request.itemCode == "FG-VALVE")
      #expect(request.plannedQuantity == .init(Amount(10, "Units")))
      #expect(request.components.map(\.itemCode) == ["RM-STEEL", "RM-SCREW"])
      #expect(request.components.map { $0.demand?.value } == ["20", "40"])
      #expect(request.components.map(\.unitRounding) == ["0.01", "0.01"])
      #expect(request.operations.map(\.code) == ["Cut", "Assemble"])
      #expect(request.operations.map(\.workCenterCode) == ["WC-CUT", "WC-ASY"])
      #expect(request.reportingOperation == "Assemble")
      #expect(request.tracking == .none)
      #expect(try await wing.openReasons().isEmpty)
    }
  }

  @Test("drafts, other states and orders beyond the horizon wait; their time comes without a write")
  func horizon() async throws {
    try await WingFixture.run(horizonDays: 3) { wing in
      _ = await wing.odoo.order("FG-VALVE", 5)
      try await wing.poll()
      #expect(wing.production.state.withLock(\.releases) == 0)
      wing.clock.advance(milliseconds: 6 * 86_400_000)
      try await wing.poll()
      #expect(wing.production.state.withLock(\.releases) == 1)
    }
  }

  @Test(
    "the echo of our own closing, and backorders and renamed orders, are never a second release")
  func echo() async throws {
    try await WingFixture.run { wing in
      let id = await wing.odoo.order("FG-VALVE", 10)
      try await wing.poll()
      let context: JSONValue = [
        "skip_backorder": true, "skip_consumption": true, "skip_redirection": true,
        "mo_ids_to_backorder": [.int(id)],
      ]
      await wing.odoo.person("mrp.production", "write", [[.int(id)], ["qty_producing": 4]])
      await wing.odoo.person("mrp.production", "set_qty_producing", [[.int(id)]])
      await wing.odoo.person("mrp.production", "button_mark_done", [[.int(id)]], context)
      let orders = await wing.odoo.person("mrp.production", "search", [[]])
      #expect(orders.arrayValue?.count == 2)
      for _ in 0..<2 {
        wing.clock.advance(milliseconds: 1_000)
        try await wing.poll()
      }
      #expect(wing.production.state.withLock(\.releases) == 1)
      #expect(try await wing.openReasons().isEmpty)
    }
  }

  @Test("a missing or ambiguous item code is a case, and the order is released once it is repaired")
  func itemCodes() async throws {
    try await WingFixture.run { wing in
      let product = await wing.odoo.person(
        "product.product", "search", [[["default_code", "=", "RM-SCREW"]]])
      await wing.odoo.person("product.product", "write", [product, ["default_code": false]])
      _ = await wing.odoo.order("FG-VALVE", 10)
      try await wing.poll()
      #expect(try await wing.openReasons() == [.itemCodeMissing])
      await wing.odoo.person("product.product", "write", [product, ["default_code": "RM-STEEL"]])
      wing.clock.advance(milliseconds: 31_000)
      try await wing.poll()
      #expect(try await wing.openReasons() == [.itemCodeAmbiguous])
      await wing.odoo.person("product.product", "write", [product, ["default_code": "RM-SCREW"]])
      wing.clock.advance(milliseconds: 31_000)
      try await wing.poll()
      #expect(try await wing.openReasons().isEmpty)
      #expect(wing.production.state.withLock(\.releases) == 1)
    }
  }

  @Test("a release that Production refuses is a case, one that is cut off is repeated unchanged")
  func refusals() async throws {
    try await WingFixture.run { wing in
      wing.production.refuse(
        "ReleaseOrder", Refusal(.unavailable, reason: "SHUTTING_DOWN", "later"))
      _ = await wing.odoo.order("FG-VALVE", 10)
      try await wing.poll()
      #expect(wing.production.state.withLock(\.releases) == 0)
      wing = try await wing.restarted()
      try await wing.poll()
      #expect(wing.production.state.withLock(\.releases) == 1)
      wing.production.refuse(
        "ReleaseOrder", Refusal(.invalidArgument, reason: "INVALID_FIELDS", "no"))
      _ = await wing.odoo.order("FG-HOUSING", 3)
      wing.clock.advance(milliseconds: 1_000)
      try await wing.poll()
      #expect(try await wing.openReasons() == [.releaseRefused])
      wing.clock.advance(milliseconds: 31_000)
      try await wing.poll()
      #expect(try await wing.openReasons().isEmpty)
      #expect(wing.production.state.withLock(\.orders.count) == 2)
    }
  }

  @Test("an order that was split before its release is a case")
  func split() async throws {
    try await WingFixture.run { wing in
      let id = await wing.odoo.order("FG-VALVE", 10)
      await wing.odoo.split(id, [6, 4])
      try await wing.poll()
      #expect(Set(try await wing.openReasons()) == [.splitBeforeRelease])
      #expect(wing.production.state.withLock(\.releases) == 0)
    }
  }

  @Test("what a planner changes after the release is a case")
  func plannersHand() async throws {
    try await WingFixture.run { wing in
      let id = await wing.odoo.order("FG-VALVE", 10)
      try await wing.poll()
      let wizard = await wing.odoo.person(
        "change.production.qty", "create", [[["mo_id": .int(id), "product_qty": 12]]])
      await wing.odoo.person("change.production.qty", "change_prod_qty", [wizard])
      wing.clock.advance(milliseconds: 1_000)
      try await wing.poll()
      try await wing.post()
      #expect(try await wing.openReasons() == [.planChanged])
      await wing.odoo.person("mrp.production", "action_cancel", [[.int(id)]])
      wing.clock.advance(milliseconds: 1_000)
      try await wing.poll()
      try await wing.post()
      #expect(try await wing.openReasons() == [.closedByHand])
    }
  }

  @Test("a warehouse that is not there stops the site with one case for its people")
  func warehouse() async throws {
    try await WingFixture.run { wing in
      let warehouse = await wing.odoo.person("stock.warehouse", "search", [[]])
      await wing.odoo.person("stock.warehouse", "write", [warehouse, ["code": "XX"]])
      try await wing.poll()
      #expect(try await wing.openReasons() == [.configuration])
      await wing.odoo.person("stock.warehouse", "write", [warehouse, ["code": "WH"]])
      wing.clock.advance(milliseconds: 60_000)
      try await wing.poll()
      #expect(try await wing.openReasons().isEmpty)
    }
  }

  @Test("Odoo's nonsense at any call of a poll crashes nothing and releases nothing twice")
  func nonsense() async throws {
    for shape in ["wrong-shape", "html", "truncated", "empty"] {
      for model in [
        "mrp.production", "stock.move", "mrp.workorder", "product.product", "uom.uom",
        "mrp.workcenter", "stock.warehouse",
      ] {
        try await WingFixture.run { wing in
          _ = await wing.odoo.order("FG-VALVE", 10)
          wing.odoo.fault(
            ["fault": "nonsense", "shape": .string(shape), "count": 1, "model": .string(model)])
          try await wing.poll()
          #expect(wing.production.state.withLock(\.releases) == 0, "\(shape) for \(model)")
          wing.clock.advance(milliseconds: 60_000)
          try await wing.poll()
          #expect(wing.production.state.withLock(\.releases) == 1, "\(shape) for \(model)")
        }
      }
    }
  }

  @Test(
    "only confirmed orders are due, and only within the horizon",
    arguments: [
      (ChainOrderState.confirmed, 13, true), (.progress, 13, true), (.confirmed, 15, false),
      (.draft, 1, false), (.done, 1, false), (.cancel, 1, false), (.toClose, 1, false),
    ])
  func rule(_ state: ChainOrderState, _ days: Int64, _ isDue: Bool) throws {
    let now = WingFixture.start
    let start = CivilTime(now.advanced(seconds: days * 86_400))
    let row: JSONValue = [
      "id": 1, "name": "WH/MO/1", "state": .string(state.rawValue), "product_id": [9, "x"],
      "product_qty": 10.0, "product_uom_id": [1, "Units"],
      "date_start": .string("\(start.dateText) \(start.timeText)"), "date_deadline": false,
      "procurement_group_id": [5, "g"], "write_date": "2026-11-23 08:00:00",
    ]
    let rows = try OdooRow.rows(of: .result([row]), model: "mrp.production")
    let header = try OrderHeader(try #require(rows.first))
    #expect((ReleaseRule(horizonDays: 14).judge(header, now: now) == .due) == isDue)
  }

  @Test("operation codes are the work orders' names, made unique")
  func codes() {
    #expect(
      ReleaseDraft.codes(["Cut", "Weld", "Cut", ""]) == ["Cut #1", "Weld", "Cut #3", "OPERATION-4"])
  }

  @Test("a poll begins some minutes before the newest change it has seen")
  func window() {
    #expect(PollWindow(cursor: nil).start == nil)
    #expect(PollWindow(cursor: "2026-11-23 00:02:00").start == "2026-11-22 23:57:00")
  }
}

extension SandboxOdoo {
  /// Splits an order as the wizard does.
  func split(_ id: Int64, _ quantities: [Double]) async {
    let parts = quantities.map { quantity -> JSONValue in
      [0, 0, ["quantity": .double(quantity), "date": "2026-12-01 08:00:00", "user_id": 6]]
    }
    let wizard = await person(
      "mrp.production.split", "create",
      [
        [
          [
            "production_id": .int(id), "counter": .int(Int64(quantities.count)),
            "production_detailed_vals_ids": .array(parts),
          ]
        ]
      ])
    await person("mrp.production.split", "action_split", [wizard])
  }
}
