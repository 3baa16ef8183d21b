import Environment
import Testing
import Values

@testable import GatewayOdoo

/// Reports, people, faults and kills at random; the seed is printed with every failure and
/// reproduces the run.
@Suite("A simulated shift on one order")
struct PostingSimulationTests {
  /// How the runs ended.
  struct Tally {
    var agreed = 0
    var cases: [CaseReason: Int] = [:]
  }

  @Test("ends in exactly the reported books or in an open case, and no posted move is ever edited")
  func simulatedShifts() {
    var tally = Tally()
    for seed in UInt64(1)...2_000 { simulate(seed: seed, &tally) }
    print("simulated shifts: \(tally.agreed) agreed, cases: \(tally.cases)")
    #expect(tally.agreed > 400, "the disturbances are meant to leave many runs in agreement")
  }

  private func simulate(seed: UInt64, _ tally: inout Tally) {
    let random = Randomness(SeededGenerator(seed: seed))
    let model = OdooModel(
      planned: Int64(random.number(in: 5..<21)), workOrders: random.number(in: 0..<3))
    var run = EngineRun(model: model, totals: .none)
    var good: Quantity = .zero
    var scrap: Quantity = .zero
    let reports = random.number(in: 1..<5)
    var handsLeft = random.number(in: 0..<3)
    var faultsLeft = random.number(in: 0..<6)
    for report in 1...reports {
      good = good.plus(.of(Int64(random.number(in: 0..<5))))
      scrap = scrap.plus(.of(Int64(random.number(in: 0..<2))))
      run.totals = model.totals(
        good, scrap: scrap, final: report == reports, through: Int64(report))
      _ = run.once(
        disturb: { _, _ in
          guard faultsLeft > 0, random.number(in: 0..<3) == 0 else { return nil }
          faultsLeft -= 1
          return EveryDisturbanceTests.faults[
            random.number(in: 0..<EveryDisturbanceTests.faults.count)]
        },
        hand: { _, model in
          guard handsLeft > 0, random.number(in: 0..<6) == 0 else { return }
          handsLeft -= 1
          Self.act(random, model)
        })
      if random.number(in: 0..<2) == 0 { run.commitLate() }
    }
    run.commitLate()
    judge(seed: seed, &run, good, good.plus(scrap), &tally)
  }

  private static func act(_ random: Randomness, _ model: OdooModel) {
    let open = model.chain.openOrders.map(\.id)
    guard !open.isEmpty else { return }
    let order = open[random.number(in: 0..<open.count)]
    let quantity = Quantity.of(Int64(random.number(in: 1..<8)))
    switch random.number(in: 0..<9) {
    case 0: model.markDone(order)
    case 1: model.cancel(order)
    case 2: model.person(splitsOff: quantity, from: order)
    case 3: model.person(producesPart: quantity, of: order)
    case 4: model.person(enters: quantity, on: order)
    case 5: model.person(plans: quantity.plus("3"), for: order)
    case 6: model.person(finishesWorkOrdersOf: order)
    case 7: model.unreserve()
    default:
      if let workOrder = model.chain.workOrders.first(where: \.isOpen) {
        model.person(states: quantity, onWorkOrder: workOrder.id)
      }
    }
  }

  private func judge(
    seed: UInt64, _ run: inout EngineRun, _ good: Quantity, _ processed: Quantity,
    _ tally: inout Tally
  ) {
    var verdict: PostingVerdict?
    for _ in 0..<8 {
      verdict = run.once()
      if case .settled = verdict?.outcome { break }
      if case .stuck = verdict?.outcome { break }
    }
    let model = run.model
    #expect(model.editsOfPostedMoves == 0, "seed \(seed)")
    switch verdict?.outcome {
    case .settled(.booked):
      tally.agreed += 1
      #expect(model.finished == good, "seed \(seed)")
      #expect(model.consumed(OdooModel.steel) == processed.times(2), "seed \(seed)")
      #expect(model.consumed(OdooModel.screw) == processed.times(4), "seed \(seed)")
      #expect(model.chain.openOrders.isEmpty, "seed \(seed)")
    case .stuck(let finding): tally.cases[finding.reason, default: 0] += 1
    default: Issue.record("seed \(seed) ended in \(String(describing: verdict?.outcome))")
    }
  }
}
