import ServiceKit
import Testing
import Values

@testable import Production

@Suite("An order's states")
struct OrderStateTests {
  /// The whole diagram: what each step makes of each state, `nil` where it is refused.
  static let diagram: [(OrderStep, [OrderState: OrderState])] = [
    (.acknowledge, [.released: .acknowledged]),
    (.start, [.acknowledged: .running, .running: .running]),
    (.report, [.acknowledged: .running, .running: .running]),
    (.finalReport, [.acknowledged: .completed, .running: .completed]),
    (.book, [.completed: .closed]),
    (.giveUp, [.released: .cancelled, .acknowledged: .cancelled, .running: .aborted]),
    (
      .cancelInERP,
      [
        .released: .cancelledInERP, .acknowledged: .cancelledInERP, .running: .cancelledInERP,
        .completed: .cancelledInERP,
      ]
    ),
    (
      .closeInERP,
      [
        .released: .closedInERP, .acknowledged: .closedInERP, .running: .closedInERP,
        .completed: .closedInERP,
      ]
    ),
  ]

  @Test("Each step leads where the diagram says and nowhere else", arguments: diagram)
  func transitions(step: OrderStep, targets: [OrderState: OrderState]) {
    for state in OrderState.allCases {
      #expect(state.after(step) == targets[state], "\(step) from \(state.name)")
    }
  }

  @Test("Every step is in the diagram")
  func complete() {
    #expect(Set(Self.diagram.map(\.0)) == Set(OrderStep.allCases))
  }

  @Test("A refused step names the state and the allowed ones")
  func refusal() throws {
    var order = Order(released: .sample(), at: Instant(seconds: 0))
    let error = #expect(throws: ProductionError.self) { try order.take(.report) }
    #expect(error == .orderState(order.definition.key, state: .released, step: .report))
    let refusal = try #require(error?.refusal)
    #expect(refusal.reason == "ORDER_STATE")
    #expect(refusal.message.contains("RELEASED"))
    #expect(refusal.message.contains("ACKNOWLEDGED, RUNNING"))
    #expect(refusal.metadata["allowed"] == "ACKNOWLEDGED, RUNNING")
    #expect(order.state == .released)
  }
}
