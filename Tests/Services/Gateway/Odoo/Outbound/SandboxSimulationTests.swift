import Contracts
import Environment
import JSON
import Synchronization
import Testing
import Values

@testable import GatewayOdoo

/// Reports, people, faults and kills at random, the whole wing against the sandbox. The seed of
/// every run that fails is in the failure and reproduces it.
@Suite("Simulated shifts on the sandbox")
struct SandboxSimulationTests {
  /// What people did, and how often they edited a posted document themselves.
  private final class People: Sendable {
    let edits = Mutex(0)
    let done = Mutex<[String]>([])
  }

  static let faults: [JSONValue] = [
    ["fault": "drop-answer", "count": 1], ["fault": "bad-gateway", "count": 1],
    ["fault": "nonsense", "shape": "html", "count": 1],
    ["fault": "nonsense", "shape": "wrong-shape", "count": 1],
    [
      "fault": "error", "count": 1,
      "error": ["name": "psycopg2.errors.SerializationFailure", "message": ""],
    ],
    [
      "fault": "error", "count": 1,
      "error": ["name": "odoo.exceptions.AccessError", "message": ""],
    ],
  ]

  @Test(
    "end in exactly the reported books or in an open case, with no posted document edited",
    arguments: 1...60)
  func shift(_ seed: Int) async throws {
    try await WingFixture.run(seed: UInt64(seed)) { wing in
      let random = Randomness(SeededGenerator(seed: UInt64(seed)))
      let code = random.number(in: 0..<3) == 0 ? "FG-HOUSING" : "FG-VALVE"
      let id = await wing.odoo.order(code, Double(random.number(in: 5..<20)))
      let name = await wing.odoo.read("mrp.production", id, ["name"])["name"]?.stringValue ?? ""
      try await wing.poll()
      let people = People()
      var (good, scrap): (Quantity, Quantity) = (0, 0)
      let reports = random.number(in: 1..<4)
      for report in 1...reports {
        good = good.plus(.of(Int64(random.number(in: 0..<5))))
        scrap = scrap.plus(.of(Int64(random.number(in: 0..<2))))
        try await wing.take(
          wing.production.totals(name, good: good, scrap: scrap, final: report == reports))
        let isKilled = random.number(in: 0..<4) == 0
        if isKilled {
          Self.kill(wing.odoo, at: random.number(in: 1..<8))
        } else {
          Self.disturb(wing.odoo, id, random, people)
        }
        let flow = try wing.flow
        _ = await Task { try await flow.post() }.result
        if isKilled { wing = try await wing.restarted() }
        wing.clock.advance(milliseconds: 60_000)
        try await wing.poll()
      }
      wing.odoo.beforeEachCall(nil)
      wing.odoo.clearFaults()
      for _ in 0..<4 {
        try await wing.post(afterSeconds: 700)
        try await wing.poll()
      }
      try await judge(wing, id, name, code, people, "seed \(seed)")
    }
  }

  /// The Gateway dies in the middle of its n-th call: what follows never runs.
  private static func kill(_ odoo: SandboxOdoo, at call: Int) {
    odoo.beforeEachCall { number, _ in
      if number == call { withUnsafeCurrentTask { $0?.cancel() } }
    }
  }

  private static func disturb(
    _ odoo: SandboxOdoo, _ id: Int64, _ random: Randomness, _ people: People
  ) {
    odoo.beforeEachCall { _, _ in
      if random.number(in: 0..<10) == 0 { odoo.fault(faults[random.number(in: 0..<faults.count)]) }
      guard random.number(in: 0..<12) == 0 else { return }
      // People's calls are not what faults are for.
      odoo.clearFaults()
      let before = odoo.edits.count
      await act(odoo, id, random, people)
      let edited = odoo.edits.count - before
      people.edits.withLock { $0 += edited }
    }
  }

  private static func act(
    _ odoo: SandboxOdoo, _ id: Int64, _ random: Randomness, _ people: People
  ) async {
    let closing: JSONValue = [
      "skip_backorder": true, "skip_consumption": true, "skip_redirection": true,
    ]
    let quantity = Double(random.number(in: 1..<8))
    let what = random.number(in: 0..<8)
    people.done.withLock { $0.append("\(what):\(quantity)") }
    switch what {
    case 0: await odoo.person("mrp.production", "button_mark_done", [[.int(id)]], closing)
    case 1: await odoo.person("mrp.production", "action_cancel", [[.int(id)]])
    case 2: await odoo.split(id, [quantity, 2])
    case 3:
      let wizard = await odoo.person(
        "change.production.qty", "create",
        [[["mo_id": .int(id), "product_qty": .double(quantity + 3)]]])
      await odoo.person("change.production.qty", "change_prod_qty", [wizard])
    case 4: await odoo.person("mrp.production", "do_unreserve", [[.int(id)]])
    case 5: await odoo.person("mrp.production", "action_assign", [[.int(id)]])
    case 6:
      let state = await odoo.read("mrp.production", id, ["state"])["state"]?.stringValue ?? ""
      guard ["confirmed", "progress"].contains(state) else { return }
      await odoo.person(
        "mrp.production", "write", [[.int(id)], ["qty_producing": .double(quantity)]])
      await odoo.person("mrp.production", "set_qty_producing", [[.int(id)]])
    default:
      let workOrders = await odoo.person(
        "mrp.workorder", "search", [[["production_id", "=", .int(id)]]])
      if let first = workOrders[0] {
        await odoo.person("mrp.workorder", "button_finish", [[first]])
      }
    }
  }

  private func judge(
    _ wing: WingFixture, _ id: Int64, _ name: String, _ code: String, _ people: People,
    _ seed: String
  ) async throws {
    let posting = try #require(await wing.posting(name), "\(seed)")
    let reasons = try await wing.openReasons()
    let story = "\(seed), people did \(people.done.withLock { $0 }), cases \(reasons)"
    #expect(wing.odoo.edits.count == people.edits.withLock { $0 }, "\(story)")
    switch posting.state {
    case .booked:
      #expect(posting.bookedThrough == posting.targetThrough, "\(story)")
      let totals = try #require(wing.production.lastTotals(name))
      var expected: [String: Quantity] = [code: .text(totals.good?.value ?? "0")]
      for component in totals.components {
        expected[component.itemCode] = .text(component.consumed?.value ?? "0")
      }
      expected = expected.filter { !$0.value.isZero }
      #expect(await wing.odoo.booked(id) == expected, "\(story)")
    case .rejected: #expect(reasons.map(\.rawValue).contains(posting.reason), "\(story)")
    default: Issue.record("\(story) ended \(posting.state) \(posting.reason)")
    }
  }
}
