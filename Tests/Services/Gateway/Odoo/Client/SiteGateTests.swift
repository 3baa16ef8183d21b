import Environment
import Testing

@testable import GatewayOdoo

@Suite("The gate of a site")
struct SiteGateTests {
  private let words = OdooWords(name: "odoo.exceptions.AccessError", message: "no")

  @Test("waits longer with every silence, and not at all after an answer")
  func silence() {
    let (environment, clock) = Environment.manual(seed: 3)
    let gate = SiteGate(environment: environment)
    #expect(gate.waitMilliseconds == 0)
    var longest: Int64 = 0
    for _ in 0..<20 {
      gate.unreachable()
      longest = max(longest, gate.waitMilliseconds)
      clock.advance(milliseconds: gate.waitMilliseconds)
      #expect(gate.waitMilliseconds == 0)
    }
    #expect(longest > Backoff.unreachable.maximumMilliseconds / 2)
    #expect(longest <= Backoff.unreachable.maximumMilliseconds + 1)
    gate.unreachable()
    gate.answered("mrp.production.search_read")
    #expect(gate.waitMilliseconds == 0)
  }

  @Test("stays halted until the refused call is answered, or nobody makes it any more")
  func halt() {
    let (environment, clock) = Environment.manual(seed: 3)
    let gate = SiteGate(environment: environment)
    gate.halted(words, "mrp.production.write")
    #expect(gate.waitMilliseconds > 0)
    gate.answered("mrp.production.search_read")
    #expect(gate.halt == words)
    #expect(gate.waitMilliseconds > 0)
    gate.answered("mrp.production.write")
    #expect(gate.halt == nil)
    #expect(gate.waitMilliseconds == 0)
    gate.halted(words, "mrp.production.write")
    gate.halted(order: "WH/MO/1")
    gate.concluded(order: "WH/MO/2")
    #expect(gate.halt == words)
    gate.concluded(order: "WH/MO/1")
    #expect(gate.halt == nil)
    gate.halted(words, "mrp.production.write")
    clock.advance(milliseconds: (SiteGate.haltExpirySeconds + 1) * 1_000)
    gate.answered("mrp.production.search_read")
    #expect(gate.halt == nil)
  }
}
