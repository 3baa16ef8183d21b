import Environment
import Seeds
import Testing
import Values

@testable import Production

/// Random lives of orders: the ERP system changes and ends them, the MES takes over, begins, reports and answers,
/// in any order, too early, too late and twice. A model in whole numbers says what each step comes to. Each life is
/// a seed of its own.
@Suite("Lives of orders against a model", .timeLimit(.minutes(3)))
struct OrderModelTests {
  private static let parts: UInt64 = 10
  private static let livesPerPart: UInt64 = 5_000
  private static let stepsPerLife = 20

  @Test(
    "No state outside the diagram, no report lost or counted twice, no more consumed than reported",
    arguments: 0..<parts)
  func lives(part: UInt64) throws {
    let seed = TestSeed(of: "lives of orders, part \(part)")
    var ends: Set<OrderState> = []
    for life in 0..<Self.livesPerPart {
      var play = OrderLife(seed.generator(part: part * Self.livesPerPart + life))
      for step in 1...Self.stepsPerLife {
        play.step()
        if let difference = play.difference {
          Issue.record("part \(part), life \(life), step \(step): \(difference)")
          return
        }
      }
      ends.insert(play.order.state)
    }
    #expect(ends == Set(OrderState.allCases), "every state is the end of some lives")
  }
}

/// An order and what a model makes of the same steps.
private struct OrderLife {
  var order: Order
  private var generator: SeededGenerator
  private var model: Model
  private(set) var difference: String?
  private static let now = Instant(seconds: 1_780_000_000)

  /// What the model knows: whole pieces, and states by name.
  private struct Model {
    var state = "RELEASED"
    var planned: Int
    var good = 0
    var scrap = 0
    var cut = 0
    var reports = 0
    var booked = 0
    var changes = 0
    /// What the change that waits wants to have planned.
    var waiting: Int?

    var takesReports: Bool { ["ACKNOWLEDGED", "RUNNING"].contains(state) }
    var isEndedInERP: Bool { state.hasSuffix("_IN_ERP") }
  }

  init(_ generator: SeededGenerator) {
    self.generator = generator
    let planned = Int.random(in: 1...9, using: &self.generator)
    order = Order(released: .sample(planned: "\(planned)"), at: Self.now)
    model = Model(planned: planned)
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &generator)
  }

  mutating func step() {
    switch number(0...13) {
    case 0...1: acknowledge()
    case 2: start()
    case 3...8: report()
    case 9: ask()
    case 10: answer()
    case 11: if number(0...2) == 0 { end() }
    default: book()
    }
    compare()
  }

  /// Plays a step, and notes when the rules have another opinion of it than the model.
  private mutating func play(_ what: String, allowed: Bool, _ body: (inout Order) throws -> Void) {
    var after = order
    do {
      try body(&after)
      order = after
      if !allowed { difference = "\(what) was taken of \(model)" }
    } catch {
      if allowed { difference = "\(what) was refused of \(model): \(error)" }
    }
  }

  private mutating func acknowledge() {
    let allowed = model.state == "RELEASED"
    play("acknowledge", allowed: allowed) { try $0.acknowledge() }
    if allowed { model.state = "ACKNOWLEDGED" }
  }

  private mutating func start() {
    let allowed = model.takesReports && model.waiting == nil
    play("start", allowed: allowed) {
      try $0.checkNoChangeWaits()
      try $0.take(.start)
    }
    if allowed { model.state = "RUNNING" }
  }

  private mutating func report() {
    let (good, scrap) = (number(0...3), number(0...1))
    let isCut = number(0...3) == 0
    let isFinal = number(0...5) == 0
    var allowed = model.takesReports && !(isFinal && model.waiting != nil) || model.isEndedInERP
    if isFinal, isCut { allowed = false }
    // The tolerance is a half of the plan.
    if good > 0, 2 * (isCut ? model.good : model.good + good) > 3 * model.planned {
      allowed = false
    }
    play("report \(good) \(scrap) cut: \(isCut) final: \(isFinal)", allowed: allowed) {
      try $0.report(
        good: "\(good)", scrap: "\(scrap)", operation: isCut ? "CUT" : "", isFinal: isFinal,
        tolerance: OverProductionTolerance(percent: .decimal("50")))
    }
    guard allowed else { return }
    model.reports += 1
    if isCut {
      model.cut += good
    } else {
      model.good += good
      model.scrap += scrap
    }
    if !model.isEndedInERP { model.state = isFinal ? "COMPLETED" : "RUNNING" }
  }

  private mutating func ask() {
    let planned = number(1...9)
    let allowed = ["RELEASED", "ACKNOWLEDGED", "RUNNING"].contains(model.state)
    play("ask for \(planned)", allowed: allowed) {
      var terms = $0.definition.terms
      terms.planned = Amount(.decimal("\(planned)"), "Units")
      _ = try $0.ask(for: terms, reason: "", at: Self.now)
    }
    guard allowed, planned != model.waiting ?? model.planned else { return }
    if model.waiting != nil, planned == model.planned {
      model.waiting = nil
    } else if model.state == "RELEASED" {
      (model.planned, model.changes) = (planned, model.changes + 1)
    } else {
      (model.waiting, model.changes) = (planned, model.changes + 1)
    }
  }

  private mutating func answer() {
    let number = Int64(max(1, model.changes - (number(0...4) == 0 ? 1 : 0)))
    let accepts = self.number(0...1) == 0
    let allowed =
      model.takesReports && model.waiting != nil && number == Int64(model.changes)
    play("answer \(number) \(accepts)", allowed: allowed) {
      try $0.answerChange(number, refusal: accepts ? nil : "no", by: "mes", at: Self.now)
    }
    guard allowed else { return }
    if accepts, let waiting = model.waiting { model.planned = waiting }
    model.waiting = nil
  }

  private mutating func end() {
    let (step, ended): (OrderStep, String?) =
      switch number(0...2) {
      case 0:
        (
          .giveUp,
          ["RELEASED": "CANCELLED", "ACKNOWLEDGED": "CANCELLED", "RUNNING": "ABORTED"][model.state]
        )
      case 1: (.cancelInERP, canEndInERP ? "CANCELLED_IN_ERP" : nil)
      default: (.closeInERP, canEndInERP ? "CLOSED_IN_ERP" : nil)
      }
    play("end by \(step)", allowed: ended != nil) {
      try $0.end(by: step, reason: "gone", at: Self.now)
    }
    guard let ended else { return }
    model.state = ended
    model.waiting = nil
  }

  private var canEndInERP: Bool {
    ["RELEASED", "ACKNOWLEDGED", "RUNNING", "COMPLETED"].contains(model.state)
  }

  /// The ERP system has booked some of the reports, or says once more what it has said.
  private mutating func book() {
    guard model.reports > 0 else { return }
    let booked = number(model.booked...model.reports)
    let isNew = order.outcome == nil || number(0...1) == 0
    let revision = (order.outcome?.revision ?? 0) + (isNew ? 1 : 0)
    play("book \(booked)", allowed: true) {
      _ = try $0.take(
        PostingOutcome(
          revision: revision, state: .booked, coversThroughSequence: Int64(booked),
          bookedThroughSequence: Int64(booked), reason: "", document: "MO", reportedAt: Self.now))
    }
    guard isNew else { return }
    model.booked = booked
    if model.state == "COMPLETED", booked == model.reports { model.state = "CLOSED" }
  }

  private mutating func compare() {
    func note(_ what: String, _ isSame: Bool) {
      if !isSame, difference == nil {
        difference = "\(what): \(order.state.name) \(order.totals), model: \(model)"
      }
    }
    note("state", order.state.name == model.state)
    note("good", order.totals.output.good.millionths == Int64(model.good) * Quantity.scale)
    note("scrap", order.totals.output.scrap.millionths == Int64(model.scrap) * Quantity.scale)
    note(
      "cut",
      order.totals.output(of: "CUT", in: order.definition).good.millionths
        == Int64(model.cut) * Quantity.scale)
    note("count", order.totals.reportCount == Int64(model.reports))
    note("plan", order.definition.planned.value.millionths == Int64(model.planned) * Quantity.scale)
    note("change", (order.waitingChange != nil) == (model.waiting != nil))
    note("changes", order.change?.number ?? 0 == Int64(model.changes))
    // Twenty boards for the whole plan, rounded half up to whole ones.
    let boards = (2 * 20 * (model.good + model.scrap) + model.planned) / (2 * model.planned)
    let consumed = try? order.definition.consumption(of: order.totals.output)
    note("boards", consumed?.first?.amount.value.millionths == Int64(boards) * Quantity.scale)
  }
}
