import Testing
import Values

@testable import GatewayOdoo

/// Every fault and every hand at every place of a run.
@Suite("Any disturbance at any call")
struct EveryDisturbanceTests {
  static let faults: [Disturbance] = [
    .lostAfterCommit, .lostBeforeCommit, .commitsLater, .badGateway, .nonsenseAfterCommit,
    .emptyPromise, .serializationFailure, .accessError, .question, .killedBefore,
    .killedAfterCommit,
  ]

  private func finish(_ run: inout EngineRun, atMost runs: Int = 6) -> PostingVerdict? {
    var verdict: PostingVerdict?
    for _ in 0..<runs {
      verdict = run.once()
      if case .settled = verdict?.outcome { break }
      if case .stuck = verdict?.outcome { break }
    }
    return verdict
  }

  @Test("one fault at any call ends in exactly the reported books, or in a case", arguments: faults)
  func oneFault(_ fault: Disturbance) {
    for step in 1...8 {
      let model = OdooModel()
      model.person(splitsOff: "4", from: 1)
      var run = EngineRun(model: model, totals: model.totals(8, scrap: "1", final: true))
      _ = run.once(disturb: { current, _ in current == step ? fault : nil })
      run.commitLate()
      let verdict = finish(&run)
      run.commitLate()
      #expect(model.editsOfPostedMoves == 0)
      switch verdict?.outcome {
      case .settled(.booked):
        #expect(model.finished == "8", "\(fault) at \(step)")
        #expect(model.consumed(OdooModel.steel) == "18", "\(fault) at \(step)")
        #expect(model.consumed(OdooModel.screw) == "36", "\(fault) at \(step)")
      case .stuck(let finding):
        #expect(fault == .question, "\(fault) at \(step): \(finding.explanation)")
      default: Issue.record("\(fault) at \(step): \(String(describing: verdict))")
      }
    }
  }

  typealias Hand = @Sendable (OdooModel) -> Void
  static let hands: [(name: String, act: Hand)] = [
    ("close", { $0.markDone(1) }),
    ("cancel", { $0.cancel(1) }),
    ("split", { $0.person(splitsOff: "4", from: 1) }),
    ("part with backorder", { $0.person(producesPart: "3", of: 1) }),
    ("enter", { $0.person(enters: "5", on: 1) }),
    ("wizard up", { $0.person(plans: "12", for: 1) }),
    ("wizard down", { $0.person(plans: "6", for: 1) }),
    ("finish work orders", { $0.person(finishesWorkOrdersOf: 1) }),
    ("add component", { $0.person(addsComponent: "3", to: 1) }),
    ("unreserve", { $0.unreserve() }),
    ("edit work order", { $0.person(states: "1", onWorkOrder: $0.chain.workOrders[0].id) }),
    (
      "edit consumption",
      { model in
        if let move = model.chain.openRawMoves(of: 1).first {
          model.person(consumes: "1", ofMove: move.id)
        }
      }
    ),
  ]

  @Test("a person's hand between any two calls ends in agreement or in a case", arguments: 0..<12)
  func oneHand(_ index: Int) {
    let hand = Self.hands[index]
    for step in 1...6 {
      let model = OdooModel()
      var run = EngineRun(model: model, totals: model.totals(4))
      _ = run.once()
      run.totals = model.totals(8, scrap: "1", final: true)
      _ = run.once(hand: { current, model in if current == step { hand.act(model) } })
      let verdict = finish(&run)
      #expect(model.editsOfPostedMoves == 0, "\(hand.name) at \(step)")
      switch verdict?.outcome {
      case .settled(.booked):
        #expect(model.finished == "8", "\(hand.name) at \(step)")
        #expect(model.consumed(OdooModel.steel) == "18", "\(hand.name) at \(step)")
        #expect(model.consumed(OdooModel.screw) == "36", "\(hand.name) at \(step)")
      case .stuck: break
      default: Issue.record("\(hand.name) at \(step): \(String(describing: verdict))")
      }
    }
  }
}
