import Testing
import Values

@testable import Production

@Suite("A work order's states and times")
struct WorkOrderRulesTests {
  /// The whole diagram: what each step makes of each state, `nil` where it is refused.
  static let diagram: [(WorkOrderStep, [WorkOrderState: WorkOrderState])] = [
    (.start, [.ready: .running]),
    (.pause, [.running: .paused]),
    (.resume, [.paused: .running]),
    (.complete, [.running: .completed, .paused: .completed]),
  ]

  @Test("Each step leads where the diagram says and nowhere else", arguments: diagram)
  func transitions(step: WorkOrderStep, targets: [WorkOrderState: WorkOrderState]) {
    for state in WorkOrderState.allCases {
      #expect(state.after(step) == targets[state], "\(step) from \(state.name)")
    }
  }

  @Test("Every step is in the diagram")
  func complete() { #expect(Set(Self.diagram.map(\.0)) == Set(WorkOrderStep.allCases)) }

  @Test("Worked time is the sum of the stretches, and a clock that goes back takes nothing away")
  func times() {
    var times = WorkTimes()
    func at(_ seconds: Int64) -> Instant { Instant(seconds: 1_780_000_000 + seconds) }
    times.take(.start, at: at(0))
    #expect(times.startedAt == at(0) && times.runningSince == at(0))
    times.take(.pause, at: at(10))
    times.take(.resume, at: at(100))
    // The other terminal's clock is behind.
    times.take(.pause, at: at(90))
    #expect(times.worked == 10_000_000 && times.runningSince == nil)
    times.take(.resume, at: at(200))
    times.take(.complete, at: at(203))
    #expect(times.worked == 13_000_000)
    #expect(times.startedAt == at(0) && times.completedAt == at(203))
    var paused = WorkTimes(startedAt: at(0), runningSince: nil, worked: 5)
    paused.take(.complete, at: at(50))
    #expect(paused.worked == 5 && paused.completedAt == at(50))
  }

  @Test("What nobody has spoken of stands where its order says")
  func derived() throws {
    let codes = ["CUT", "WELD", "PACK"]
    func states(_ order: Order) -> [WorkOrderState] { codes.map(order.workOrderState(of:)) }
    let definition = OrderDefinition.sample(operations: codes)
    var order = Order(released: definition, at: Instant(seconds: 1_780_000_000))
    #expect(states(order) == [.pending, .pending, .pending])
    try order.acknowledge()
    #expect(states(order) == [.ready, .pending, .pending])
    try order.report(scrap: "1", operation: "CUT")
    #expect(states(order) == [.running, .pending, .pending])
    try order.report(good: "1", operation: "CUT")
    #expect(states(order) == [.running, .ready, .pending])
    try order.report(good: "1", operation: "PACK")
    #expect(states(order) == [.running, .ready, .running])
    try order.report(good: "1", operation: "PACK", isFinal: true)
    #expect(states(order) == [.completed, .completed, .completed])
    #expect(order.operation(after: "CUT") == "WELD" && order.operation(after: "PACK") == nil)
  }
}
