import Contracts
import Environment
import JSON
import RecordStore
import Synchronization
import Testing
import Values

@testable import GatewayOdoo

@Suite("Master data from Odoo")
struct MasterDataPollTests {
  /// What MasterData has in use of the small plant.
  static let plant: [RecordKind: [String]] = [
    .unit: ["Dozens", "Units", "g", "kg"], .businessPartner: ["SUP-ACME"],
    .item: ["FG-VALVE", "RM-SCREW", "RM-STEEL"], .workCenter: ["Assembly", "WC-CUT"],
    .warehouse: ["WH"], .location: ["WH", "WH/QUARANTINE", "WH/Stock"], .routing: ["FG-VALVE"],
    .billOfMaterial: ["FG-VALVE"], .supplierItem: ["SUP-ACME/RM-STEEL"],
  ]

  private func expectPlant(_ fixture: MasterDataFixture, _ comment: Comment? = nil) {
    for kind in RecordKind.allCases {
      #expect(fixture.masterData.released(kind) == Self.plant[kind], comment)
    }
  }

  @Test("a first load brings every kind over, and a repeat sends nothing and writes nothing")
  func firstLoad() async throws {
    try await MasterDataFixture.run(pageSize: 50) { fixture in
      try await fixture.rounds()
      expectPlant(fixture)
      #expect(try await fixture.openCaseNames().isEmpty)
      let bill = try #require(
        fixture.masterData.record(.billOfMaterial, "FG-VALVE")?.billOfMaterial)
      #expect(bill.lines.map(\.item) == ["RM-STEEL", "RM-SCREW"])
      #expect(bill.routing == "FG-VALVE")
      let sent = fixture.masterData.calls
      let writes = fixture.database.counters.writes
      try await fixture.rounds(3)
      #expect(fixture.database.counters.writes == writes)
      for _ in 0..<3 {
        try await fixture.rounds()
        fixture = try await fixture.restarted()
      }
      try await fixture.comparison()
      #expect(fixture.masterData.calls == sent)
    }
  }

  @Test("what was read and sent is counted, and for how long Odoo was asked", arguments: [17, 18])
  func counts(series: Int) async throws {
    try await MasterDataFixture.run(pageSize: 50, series: series) { fixture in
      let clock = fixture.clock
      fixture.odoo.before("stock.warehouse") { _ in clock.advance(milliseconds: 3_000) }
      fixture.masterData.reject(.workCenter, "Assembly", "NOT_OWNER")
      try await fixture.rounds()
      let board = fixture.poll.board
      #expect(board.counts["product.product"]?.read == 3)
      #expect(board.counts["item"]?.sent == 3)
      // After three seconds it is tried again.
      #expect(board.counts["work_center"] == .init(sent: 1, rejected: 2))
      #expect(board.nanoseconds.odoo == 3_000_000_000)
      #expect(board.nanoseconds.total == 3_000_000_000)
      #expect(fixture.masterData.record(.item, "RM-STEEL")?.item?.storable == true)
    }
  }

  @Test("wherever it is cut off, at a call of Odoo or of MasterData, it goes on and loses nothing")
  func cutOff() async throws {
    var calls = (odoo: 0, masterData: 0)
    try await MasterDataFixture.run { fixture in
      try await fixture.rounds()
      calls = (fixture.odoo.callCount, fixture.masterData.calls)
    }
    for step in 0..<calls.odoo {
      try await MasterDataFixture.run { fixture in
        fixture.odoo.state.withLock { $0.failsIn = step }
        try await fixture.rounds()
        fixture = try await fixture.restarted()
        try await fixture.rounds(4, secondsApart: 10)
        expectPlant(fixture, "Odoo at call \(step)")
        #expect(try await fixture.openCaseNames().isEmpty)
        #expect(fixture.masterData.changes == fixture.masterData.records.count)
      }
    }
    for step in 0..<calls.masterData {
      for isDone in [false, true] {
        try await MasterDataFixture.run { fixture in
          fixture.masterData.state.withLock { $0.failsIn = (step, isDone) }
          try await fixture.rounds()
          fixture = try await fixture.restarted()
          try await fixture.rounds(4, secondsApart: 10)
          expectPlant(fixture, "MasterData at call \(step), done: \(isDone)")
          #expect(try await fixture.openCaseNames().isEmpty)
          // What was done before it was cut off was a repeat then, and changed nothing.
          #expect(fixture.masterData.changes == fixture.masterData.records.count)
          let sent = fixture.masterData.sent
          try await fixture.rounds(2)
          #expect(fixture.masterData.sent == sent)
        }
      }
    }
  }

  @Test("a look of several pages goes on where it has come to")
  func resumes() async throws {
    try await MasterDataFixture.run(pageSize: 5) { fixture in
      for id in 1_000..<1_050 { fixture.odoo.product(Int64(id), "P-\(id)") }
      // The sixth page of products is not answered.
      fixture.odoo.before("product.product") { odoo in
        odoo.state.withLock { $0.failsIn = 8 }
      }
      try await fixture.rounds()
      let first = fixture.odoo.reads(of: "product.product")
      fixture = try await fixture.restarted()
      try await fixture.rounds(3, secondsApart: 10)
      #expect(fixture.masterData.released(.item).count == 53)
      #expect(first < 12)
      #expect(fixture.masterData.sent == fixture.masterData.records.count)
    }
  }

  @Test("what is changed is sent, and nothing else; a date alone changes nothing")
  func increments() async throws {
    try await MasterDataFixture.run { fixture in
      try await fixture.rounds()
      let sent = fixture.masterData.sent
      fixture.odoo.put("product.product", 7, ["name": "Screw M4"])
      fixture.odoo.put("product.product", 6, [:])
      try await fixture.rounds()
      #expect(fixture.masterData.sent == sent + 1)
      #expect(fixture.masterData.record(.item, "RM-SCREW")?.item?.description_p == "Screw M4")
    }
  }

  @Test("changes of one second, and rows that appear late with an older date, are not missed")
  func late() async throws {
    try await MasterDataFixture.run(pageSize: 50) { fixture in
      try await fixture.rounds()
      fixture.odoo.put("product.product", 7, ["name": "A"])
      try await fixture.rounds(secondsApart: 0)
      fixture.odoo.put("product.product", 7, ["name": "B"])
      try await fixture.rounds(secondsApart: 0)
      #expect(fixture.masterData.record(.item, "RM-SCREW")?.item?.description_p == "B")
      fixture.odoo.product(50, "LATE")
      fixture.odoo.put("product.product", 50, [:], secondsAgo: 240)
      try await fixture.rounds()
      #expect(fixture.masterData.released(.item).contains("LATE"))
      // Longer than any transaction should take: the comparison finds it.
      fixture.odoo.product(51, "LATER")
      fixture.odoo.put("product.product", 51, [:], secondsAgo: 3_000)
      try await fixture.rounds(2)
      #expect(!fixture.masterData.released(.item).contains("LATER"))
      try await fixture.comparison()
      #expect(fixture.masterData.released(.item).contains("LATER"))
    }
  }

  @Test("what is written while a look of several pages goes on is the next look's")
  func behindTheBack() async throws {
    try await MasterDataFixture.run { fixture in
      for id in 1_000..<1_020 { fixture.odoo.product(Int64(id), "P-\(id)") }
      fixture.odoo.before("mrp.workcenter") { odoo in
        odoo.clock.advance(milliseconds: 3_600_000)
        odoo.put("product.product", 6, ["name": "Behind"])
        odoo.product(2_000, "NEW")
      }
      try await fixture.rounds(2)
      #expect(fixture.masterData.record(.item, "RM-STEEL")?.item?.description_p == "Behind")
      #expect(fixture.masterData.released(.item).contains("NEW"))
    }
  }

  @Test("a changed line, step or by-product makes its whole bill be sent anew")
  func lines() async throws {
    try await MasterDataFixture.run { fixture in
      try await fixture.rounds()
      fixture.odoo.put("mrp.bom.line", 100, ["product_qty": 3.0])
      try await fixture.rounds()
      func bill() -> Masterdata.V1.BillOfMaterial? {
        fixture.masterData.record(.billOfMaterial, "FG-VALVE")?.billOfMaterial
      }
      #expect(bill()?.lines.map(\.quantity?.value) == ["3", "4"])
      fixture.odoo.put("mrp.routing.workcenter", 101, ["name": "Join"])
      try await fixture.rounds()
      #expect(
        fixture.masterData.record(.routing, "FG-VALVE")?.routing?.operations.map(\.description_p)
          == ["Cut", "Join"])
      fixture.odoo.put("mrp.bom.byproduct", 5, MasterDataOdoo.line(1, 6, 0.5))
      try await fixture.rounds()
      #expect(bill()?.byProducts.map(\.item) == ["RM-STEEL"])
      // A line that moves to another bill leaves the one it was in.
      fixture.odoo.bill(2, product: 6, [(7, 1)])
      fixture.odoo.put("mrp.bom.line", 101, ["bom_id": 2])
      try await fixture.rounds()
      #expect(bill()?.lines.map(\.item) == ["RM-STEEL"])
      fixture.odoo.delete("mrp.bom.line", 200)
      try await fixture.comparison()
      #expect(
        fixture.masterData.record(.billOfMaterial, "RM-STEEL")?.billOfMaterial?.lines.count == 1)
    }
  }

  @Test("a bill that names what nobody has seen yet has it read first")
  func unseen() async throws {
    try await MasterDataFixture.run { fixture in
      try await fixture.rounds()
      fixture.odoo.unit(30, "Box", 1, "bigger", 0.04)
      fixture.odoo.put("uom.uom", 30, [:], secondsAgo: 5_000)
      fixture.odoo.product(60, "HIDDEN", unit: 30)
      fixture.odoo.put("product.product", 60, [:], secondsAgo: 5_000)
      fixture.odoo.put("mrp.bom.line", 100, ["product_id": 60])
      try await fixture.rounds()
      #expect(
        fixture.masterData.record(.billOfMaterial, "FG-VALVE")?.billOfMaterial?.lines.first?.item
          == "HIDDEN")
      #expect(try await fixture.openCaseNames().isEmpty)
    }
  }

  @Test("what it names and is not there is a case after a while, and brought over when it comes")
  func missing() async throws {
    try await MasterDataFixture.run { fixture in
      try await fixture.rounds()
      fixture.odoo.put("mrp.bom.line", 100, ["product_id": 70])
      try await fixture.rounds()
      #expect(try await fixture.openCaseNames().isEmpty)
      try await fixture.rounds(4, secondsApart: 30)
      #expect(try await fixture.openCaseNames() == ["bill of material FG-VALVE: REFERENCE_MISSING"])
      // What was there before stays.
      #expect(fixture.masterData.released(.billOfMaterial) == ["FG-VALVE"])
      fixture.odoo.product(70, "COMES")
      try await fixture.rounds(2)
      #expect(try await fixture.openCaseNames().isEmpty)
      #expect(
        fixture.masterData.record(.billOfMaterial, "FG-VALVE")?.billOfMaterial?.lines.first?.item
          == "COMES")
    }
  }

  @Test("MasterData down: it is tried again, and nothing is lost")
  func down() async throws {
    try await MasterDataFixture.run { fixture in
      fixture.masterData.state.withLock { $0.isDown = true }
      try await fixture.rounds(5)
      #expect(fixture.masterData.records.isEmpty)
      fixture.masterData.state.withLock { $0.isDown = false }
      try await fixture.rounds(3, secondsApart: 31)
      expectPlant(fixture)
    }
  }

  @Test("a rejected record is a case with MasterData's reason, tried again, and closed when taken")
  func rejected() async throws {
    try await MasterDataFixture.run { fixture in
      fixture.masterData.reject(.item, "RM-SCREW", "NOT_OWNER")
      try await fixture.rounds(4, secondsApart: 5)
      let cases = try await fixture.openCases()
      #expect(cases.map(\.orderName) == ["item RM-SCREW", "bill of material FG-VALVE"])
      #expect(cases.allSatisfy { $0.reason == .masterDataRejected })
      #expect(cases.first?.explanation.contains("NOT_OWNER") == true)
      fixture.masterData.reject(.item, "RM-SCREW", nil)
      try await fixture.rounds(4, secondsApart: 300)
      #expect(try await fixture.openCaseNames().isEmpty)
      expectPlant(fixture)
    }
  }

  @Test("what Odoo does not let be read is a case, and keeps nothing else waiting")
  func unreadable() async throws {
    try await MasterDataFixture.run { fixture in
      let words = OdooWords(name: "odoo.exceptions.AccessError", message: "not for you")
      fixture.odoo.refuse("product.supplierinfo", .configuration(words))
      try await fixture.rounds(2)
      #expect(try await fixture.openCaseNames() == ["supplier item: MASTER_DATA_UNREADABLE"])
      #expect(fixture.masterData.released(.billOfMaterial) == ["FG-VALVE"])
      fixture.odoo.refuse("product.supplierinfo", nil)
      try await fixture.rounds()
      #expect(try await fixture.openCaseNames().isEmpty)
      expectPlant(fixture)
    }
  }

  @Test("there are so many cases of a kind, and then one that counts them")
  func manyCases() async throws {
    try await MasterDataFixture.run(pageSize: 200) { fixture in
      for id in 1_000..<1_150 {
        fixture.odoo.product(Int64(id), "P-\(id)")
        fixture.masterData.reject(.item, "P-\(id)", "NOT_OWNER")
      }
      try await fixture.rounds()
      let cases = try await fixture.openCases()
      #expect(cases.count == MasterDataPoll.maximumCases + 1)
      let summary = try #require(cases.first { $0.reason == .manyCases })
      #expect(summary.orderName == "item")
      #expect(summary.explanation.contains("150"))
    }
  }
}

@Suite("Looks after an import")
struct ImportLooksTests {
  @Test(
    "many rows of one moment are read once, then only their dates, and after minutes not at all")
  func imported() async throws {
    try await MasterDataFixture.run(pageSize: 10) { fixture in
      for id in 1_000..<1_100 { fixture.odoo.product(Int64(id), "P-\(id)") }
      fixture.clock.advance(milliseconds: 2_000)
      try await fixture.rounds(3)
      #expect(fixture.masterData.released(.item).count == 103)
      let sent = fixture.masterData.sent
      fixture.odoo.put("product.product", 1_050, ["name": "Changed"])
      try await fixture.rounds()
      #expect(fixture.masterData.sent == sent + 1)
      #expect(fixture.masterData.record(.item, "P-1050")?.item?.description_p == "Changed")
      try await fixture.rounds(3, secondsApart: 301)
      let reads = fixture.odoo.reads(of: "product.product")
      try await fixture.rounds()
      #expect(fixture.odoo.reads(of: "product.product") == reads + 1)
      #expect(fixture.masterData.sent == sent + 1)
    }
  }

  @Test("after an import what is new is seen at once, and what appears late within half a minute")
  func glances() async throws {
    try await MasterDataFixture.run(pageSize: 10) { fixture in
      for id in 1_000..<1_100 { fixture.odoo.product(Int64(id), "P-\(id)") }
      try await fixture.rounds(2, secondsApart: 20)
      let calls = fixture.odoo.reads(of: "product.product")
      fixture.odoo.put("product.product", 1_050, ["name": "Changed"])
      try await fixture.rounds()
      #expect(fixture.masterData.record(.item, "P-1050")?.item?.description_p == "Changed")
      #expect(fixture.odoo.reads(of: "product.product") == calls + 1)
      fixture.odoo.product(2_000, "LATE")
      fixture.odoo.put("product.product", 2_000, [:], secondsAgo: 200)
      try await fixture.rounds()
      #expect(!fixture.masterData.released(.item).contains("LATE"))
      try await fixture.rounds(secondsApart: 30)
      #expect(fixture.masterData.released(.item).contains("LATE"))
    }
  }

  @Test("a change need not wait for the end of a comparison")
  func between() async throws {
    try await MasterDataFixture.run(pageSize: 10) { fixture in
      for id in 1_000..<1_100 { fixture.odoo.product(Int64(id), "P-\(id)") }
      try await fixture.rounds(3, secondsApart: 20)
      fixture.odoo.before("product.product") { odoo in
        odoo.clock.advance(milliseconds: 1_000)
        odoo.put("product.product", 1_050, ["name": "Changed"])
      }
      let masterData = fixture.masterData
      let name = Mutex<String?>(nil)
      fixture.odoo.before("mrp.workcenter") { _ in
        name.withLock { $0 = masterData.record(.item, "P-1050")?.item?.description_p }
      }
      try await fixture.comparison()
      #expect(name.withLock { $0 } == "Changed")
    }
  }

  @Test("a second change of the second in which a row was read is not missed")
  func sameSecond() async throws {
    try await MasterDataFixture.run(pageSize: 10) { fixture in
      for id in 1_000..<1_100 { fixture.odoo.product(Int64(id), "P-\(id)") }
      try await fixture.rounds(secondsApart: 0)
      fixture.odoo.putSilently("product.product", 1_050, ["name": "Changed"])
      try await fixture.rounds(secondsApart: 2)
      #expect(fixture.masterData.record(.item, "P-1050")?.item?.description_p == "Changed")
    }
  }

  @Test("Odoo's clock is at least what it was, and the time that has passed")
  func clock() {
    let clock = Environment.manual(seed: 1).clock
    let odoo = OdooClock(clock: clock)
    #expect(odoo.now == nil)
    odoo.notice("2026-11-23 08:00:00")
    clock.advance(milliseconds: 10_000)
    odoo.notice("2026-11-23 08:00:05")
    let expected = CivilTime(text: "2026-11-23 08:00:10")?.instant
    #expect(odoo.now == expected)
  }
}
