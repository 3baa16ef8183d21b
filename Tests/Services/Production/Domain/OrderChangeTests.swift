import Testing
import Values

@testable import Production

@Suite("Changes of an order")
struct OrderChangeTests {
  private static let now = Instant(seconds: 1_780_000_500)

  private static func terms(_ planned: String = "12", unit: String = "Units") -> OrderTerms {
    var terms = OrderDefinition.sample().terms
    terms.planned = Amount(.decimal(planned), unit)
    return terms
  }

  private static func order(_ state: OrderState) -> Order {
    var order = Order.acknowledged()
    order.state = state
    return order
  }

  @Test(
    "Before it is taken over it changes at once, afterwards the change waits, elsewhere it is refused"
  )
  func states() throws {
    for state in OrderState.allCases {
      var order = Self.order(state)
      switch state {
      case .released:
        #expect(try order.ask(for: Self.terms(), reason: "more", at: Self.now))
        #expect(order.definition.terms == Self.terms() && order.change?.state == .applied)
      case .acknowledged, .running:
        #expect(try order.ask(for: Self.terms(), reason: "more", at: Self.now))
        #expect(order.definition.planned.value == .decimal("10"))
        #expect(order.waitingChange?.number == 1 && order.waitingChange?.reason == "more")
      default:
        let before = order
        #expect(throws: ProductionError.self) {
          try order.ask(for: Self.terms(), reason: "", at: Self.now)
        }
        #expect(order == before)
      }
    }
  }

  @Test(
    "What is said again changes nothing, a newer one replaces, and what the order is takes it back")
  func sequence() throws {
    var order = Self.order(.running)
    #expect(try !order.ask(for: order.definition.terms, reason: "", at: Self.now))
    #expect(order.change == nil)
    #expect(try order.ask(for: Self.terms("12"), reason: "", at: Self.now))
    #expect(try !order.ask(for: Self.terms("12"), reason: "", at: Self.now))
    #expect(try order.ask(for: Self.terms("8"), reason: "", at: Self.now))
    #expect(order.waitingChange?.number == 2)
    #expect(throws: ProductionError.self) {
      try order.answerChange(1, refusal: nil, by: "mes", at: Self.now)
    }
    #expect(try order.ask(for: order.definition.terms, reason: "", at: Self.now))
    #expect(order.change?.state == .withdrawn && order.waitingChange == nil)
    #expect(try order.ask(for: Self.terms("9"), reason: "", at: Self.now))
    #expect(order.waitingChange?.number == 3)
    try order.answerChange(3, refusal: nil, by: "mes", at: Self.now)
    #expect(order.definition.terms == Self.terms("9") && order.change?.state == .applied)
    #expect(order.revision == 1 + 5)
    #expect(throws: ProductionError.self) {
      try order.answerChange(3, refusal: "no", by: "mes", at: Self.now)
    }
  }

  @Test("A refusal leaves the order as it was, with the reason")
  func refusal() throws {
    var order = Self.order(.acknowledged)
    _ = try order.ask(for: Self.terms(), reason: "", at: Self.now)
    try order.answerChange(1, refusal: "cut already", by: "mes", at: Self.now)
    #expect(order.definition.terms == OrderDefinition.sample().terms)
    #expect(order.change?.state == .refused && order.change?.refusalReason == "cut already")
    #expect(order.change?.answeredBy == "mes" && order.change?.answeredAt == Self.now)
  }

  @Test("While one waits, reports are taken and only the final one is not")
  func reports() throws {
    var order = Self.order(.running)
    _ = try order.ask(for: Self.terms("1"), reason: "", at: Self.now)
    try order.report(good: "2")
    var tried = order
    #expect(throws: ProductionError.changeWaiting(order.definition.key, number: 1)) {
      try tried.report(good: "1", isFinal: true)
    }
    // Less than was made is what the ERP system wants: nothing more is made then.
    try order.answerChange(1, refusal: nil, by: "mes", at: Self.now)
    tried = order
    #expect(throws: ProductionError.self) { try tried.report(good: "1") }
    try order.report(isFinal: true)
    #expect(order.state == .completed)
  }

  @Test(
    "An end takes the change back; another unit, an operation nobody has, or too much is refused")
  func ends() throws {
    var order = Self.order(.running)
    _ = try order.ask(for: Self.terms(), reason: "", at: Self.now)
    try order.end(by: .giveUp, reason: "gone", at: Self.now)
    #expect(order.change?.state == .withdrawn && order.state == .aborted)
    var other = Self.order(.running)
    #expect(throws: ProductionError.self) {
      try other.ask(for: Self.terms("12", unit: "kg"), reason: "", at: Self.now)
    }
    var strange = Self.terms()
    strange.components[0].operation = "PAINT"
    #expect(
      throws: ProductionError.operationNotFound(other.definition.key, operation: "PAINT")
    ) { try other.ask(for: strange, reason: "", at: Self.now) }
    try other.report(good: "10")
    var huge = Self.terms("0.000001")
    huge.components[0].demand = Amount(.decimal("999999999999"), "Units")
    #expect(throws: ProductionError.quantityOverflow(other.definition.key)) {
      try other.ask(for: huge, reason: "", at: Self.now)
    }
    #expect(other.change == nil)
  }
}
