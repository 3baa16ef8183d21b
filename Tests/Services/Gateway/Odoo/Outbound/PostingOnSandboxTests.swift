import Contracts
import Environment
import JSON
import Protobuf
import Testing
import Values

@testable import GatewayOdoo

/// The whole wing, stepped by hand, against the stand-in for Odoo that replays the recordings.
@Suite("Postings on the sandbox")
struct PostingOnSandboxTests {
  /// A released order of 10 valves.
  private func released(_ wing: WingFixture, _ code: String = "FG-VALVE", _ quantity: Double = 10)
    async throws -> (id: Int64, name: String)
  {
    let id = await wing.odoo.order(code, quantity)
    let name = await wing.odoo.read("mrp.production", id, ["name"])["name"]?.stringValue ?? ""
    try await wing.poll()
    _ = try #require(wing.production.order(name))
    return (id, name)
  }

  @Test("reports are stated on the work orders, and the final one books exactly what was reported")
  func fullWay() async throws {
    try await WingFixture.run { wing in
      let (id, name) = try await released(wing)
      try await wing.take(wing.production.totals(name, good: 4, scrap: 1))
      try await wing.post()
      #expect(try await wing.posting(name)?.state == .stated)
      #expect(wing.production.outcome(name)?.state == .stated)
      let stated = await wing.odoo.person(
        "mrp.workorder", "search_read", [[["production_id", "=", .int(id)]]])
      #expect(stated.arrayValue?.compactMap { $0["qty_produced"]?.numberValue } == [4, 4])
      #expect(await wing.odoo.booked(id).isEmpty)
      try await wing.take(wing.production.totals(name, good: 8, scrap: 1, final: true))
      try await wing.post()
      #expect(
        await wing.odoo.booked(id) == ["FG-VALVE": 8, "RM-STEEL": 18, "RM-SCREW": 36])
      let posting = try await wing.posting(name)
      #expect(posting?.state == .booked)
      #expect(posting?.document == name)
      #expect(posting?.bookedThrough == posting?.targetThrough)
      #expect(wing.production.outcome(name)?.state == .booked)
      #expect(wing.production.outcome(name)?.document == name)
      #expect(wing.odoo.edits.isEmpty)
      #expect(try await wing.openReasons().isEmpty)
    }
  }

  @Test("components by weight are consumed to the rounding of their unit")
  func weights() async throws {
    try await WingFixture.run { wing in
      let (id, name) = try await released(wing, "FG-HOUSING", 7)
      try await wing.take(wing.production.totals(name, good: 5, final: true))
      try await wing.post()
      #expect(
        await wing.odoo.booked(id)
          == ["FG-HOUSING": 5, "RM-GRANULATE": "1.75", "RM-INSERT": 10])
      #expect(try await wing.posting(name)?.state == .booked)
    }
  }

  @Test("an order on which nothing was made is cancelled, one that was all scrapped is a case")
  func nothingGood() async throws {
    try await WingFixture.run { wing in
      let (first, firstName) = try await released(wing)
      try await wing.take(wing.production.totals(firstName, good: 0, final: true))
      try await wing.post()
      let state = await wing.odoo.read("mrp.production", first, ["state"])["state"]
      #expect(state == "cancel")
      #expect(try await wing.posting(firstName)?.state == .booked)
      wing.clock.advance(milliseconds: 1_000)
      let (second, secondName) = try await released(wing)
      try await wing.take(wing.production.totals(secondName, good: 0, scrap: 3, final: true))
      try await wing.post()
      #expect(try await wing.posting(secondName)?.state == .rejected)
      #expect(wing.production.outcome(secondName)?.reason == "NOTHING_GOOD")
      #expect(await wing.odoo.booked(second).isEmpty)
    }
  }

  @Test("a person closes, cancels, splits or edits before the final report: agreement or a case")
  func hands() async throws {
    let close: JSONValue = [
      "skip_backorder": true, "skip_consumption": true, "skip_redirection": true,
    ]
    let hands: [(String, CaseReason?, @Sendable (SandboxOdoo, Int64) async -> Void)] = [
      (
        "close", .holdsMore,
        { await $0.person("mrp.production", "button_mark_done", [[.int($1)]], close) }
      ),
      (
        "cancel", .noOpenOrder,
        { await $0.person("mrp.production", "action_cancel", [[.int($1)]]) }
      ),
      ("split", nil, { await $0.split($1, [6, 4]) }),
      (
        "edit", .editedByHand,
        { await $0.person("mrp.production", "write", [[.int($1)], ["qty_producing": 3]]) }
      ),
      (
        "unreserve", nil,
        { await $0.person("mrp.production", "do_unreserve", [[.int($1)]]) }
      ),
    ]
    for (what, reason, act) in hands {
      try await WingFixture.run { wing in
        let (id, name) = try await released(wing)
        try await wing.take(wing.production.totals(name, good: 4))
        try await wing.post()
        await act(wing.odoo, id)
        let edits = wing.odoo.edits.count
        try await wing.take(wing.production.totals(name, good: 8, final: true))
        try await wing.post()
        let posting = try await wing.posting(name)
        #expect(wing.odoo.edits.count == edits, "\(what)")
        if let reason {
          #expect(posting?.state == .rejected, "\(what)")
          #expect(posting?.reason == reason.rawValue, "\(what)")
          #expect(try await wing.openReasons() == [reason], "\(what)")
        } else {
          #expect(posting?.state == .booked, "\(what): \(posting?.reason ?? "")")
          #expect(
            await wing.odoo.booked(id) == ["FG-VALVE": 8, "RM-STEEL": 16, "RM-SCREW": 32],
            "\(what)")
        }
      }
    }
  }

  @Test("a case closes by itself when the person's figures agree with the reports")
  func caseCloses() async throws {
    try await WingFixture.run { wing in
      let (id, name) = try await released(wing)
      await wing.odoo.person("mrp.production", "button_mark_done", [[.int(id)]])
      try await wing.take(wing.production.totals(name, good: 7))
      try await wing.post()
      #expect(try await wing.openReasons().contains(.holdsMore))
      try await wing.take(wing.production.totals(name, good: 10, final: true))
      try await wing.post()
      #expect(try await wing.openReasons().isEmpty)
      #expect(try await wing.posting(name)?.state == .booked)
    }
  }

  @Test(
    "any fault at any call of the booking ends in exactly the reported books",
    arguments: ["drop-answer", "bad-gateway", "nonsense", "serialization"])
  func faults(_ fault: String) async throws {
    for skipped in 0..<9 {
      try await WingFixture.run { wing in
        let (id, name) = try await released(wing)
        try await wing.take(wing.production.totals(name, good: 8, scrap: 1, final: true))
        let odoo = wing.odoo
        odoo.beforeEachCall { number, _ in
          guard number == skipped + 1 else { return }
          odoo.fault(
            fault == "serialization"
              ? [
                "fault": "error", "count": 1,
                "error": ["name": "psycopg2.errors.SerializationFailure", "message": ""],
              ] : ["fault": .string(fault), "count": 1, "shape": "truncated"])
        }
        for _ in 0..<4 { try await wing.post(afterSeconds: 120) }
        #expect(
          await wing.odoo.booked(id) == ["FG-VALVE": 8, "RM-STEEL": 18, "RM-SCREW": 36],
          "\(fault) at call \(skipped + 1)")
        #expect(try await wing.posting(name)?.state == .booked, "\(fault) at \(skipped + 1)")
        #expect(wing.odoo.edits.isEmpty)
        #expect(try await wing.openReasons().isEmpty, "\(fault) at \(skipped + 1)")
      }
    }
  }

  @Test("missing rights stop the site with one case, and nothing is lost")
  func rights() async throws {
    try await WingFixture.run { wing in
      let (id, name) = try await released(wing)
      try await wing.take(wing.production.totals(name, good: 8, final: true))
      wing.odoo.fault([
        "fault": "error", "count": 1, "model": "mrp.production", "method": "write",
        "error": ["name": "odoo.exceptions.AccessError", "message": "no"],
      ])
      try await wing.post()
      try await wing.post()
      let cases = try await wing.openCases()
      #expect(cases.map(\.reason) == [.configuration, .configuration])
      #expect(Set(cases.map(\.orderName)) == ["", name])
      #expect(try await wing.posting(name)?.state == .rejected)
      #expect(await wing.odoo.booked(id).isEmpty)
      try await wing.post(afterSeconds: 120)
      try await wing.poll()
      #expect(try await wing.posting(name)?.state == .booked)
      #expect(try await wing.openReasons().isEmpty)
    }
  }

  @Test("a refusal of Odoo is a case with its words, and is not repeated")
  func refusal() async throws {
    try await WingFixture.run { wing in
      let (id, name) = try await released(wing)
      try await wing.take(wing.production.totals(name, good: 8, final: true))
      wing.odoo.fault([
        "fault": "error", "count": 1, "model": "mrp.production", "method": "button_mark_done",
        "error": ["name": "odoo.exceptions.UserError", "message": "The work center is blocked"],
      ])
      try await wing.post()
      let cases = try await wing.openCases()
      #expect(cases.map(\.reason) == [.refused])
      #expect(cases.first?.odooAnswer.contains("The work center is blocked") == true)
      try await wing.post(afterSeconds: 600)
      #expect(await wing.odoo.booked(id).isEmpty)
      await wing.odoo.person(
        "mrp.production", "button_mark_done", [[.int(id)]],
        ["skip_backorder": true, "skip_consumption": true, "skip_redirection": true])
      try await wing.post(afterSeconds: 600)
      #expect(try await wing.posting(name)?.state == .booked)
      #expect(try await wing.openReasons().isEmpty)
    }
  }

  @Test("the Gateway may be killed before or after any call")
  func kills() async throws {
    for step in 1..<10 {
      try await WingFixture.run { wing in
        let (id, name) = try await released(wing)
        try await wing.take(wing.production.totals(name, good: 8, scrap: 1, final: true))
        let posting = try wing.flow
        let odoo = wing.odoo
        odoo.beforeEachCall { number, _ in
          // The task is cancelled in the middle of the call: what follows never runs.
          if number == step { withUnsafeCurrentTask { $0?.cancel() } }
        }
        let task = Task { try await posting.post() }
        _ = await task.result
        odoo.beforeEachCall(nil)
        wing = try await wing.restarted()
        for _ in 0..<3 { try await wing.post(afterSeconds: 120) }
        #expect(
          await wing.odoo.booked(id) == ["FG-VALVE": 8, "RM-STEEL": 18, "RM-SCREW": 36],
          "killed at call \(step)")
        #expect(try await wing.posting(name)?.state == .booked, "killed at call \(step)")
        #expect(wing.odoo.edits.isEmpty)
      }
    }
  }

  @Test("totals that cannot be used are a case, and so are totals of an order nobody released")
  func unusableTotals() async throws {
    try await WingFixture.run { wing in
      let (_, name) = try await released(wing)
      var totals = wing.production.totals(name, good: 4)
      totals.components.removeLast()
      try await wing.take(totals)
      try await wing.take(
        .with {
          $0.site = "PLANT1"
          $0.orderName = "WH/MO/99999"
          $0.throughSequence = 900
        })
      try await wing.post()
      #expect(Set(try await wing.openReasons()) == [.totalsUnusable, .orderUnknown])
    }
  }
}
