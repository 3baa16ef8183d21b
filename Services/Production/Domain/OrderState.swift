/// Where an order stands on its way (`millrace.production.v1.OrderState`). The raw values are those
/// of the contract and of the stored records.
enum OrderState: Int64, Sendable, Hashable, CaseIterable {
  case released = 1
  case acknowledged = 2
  case running = 3
  case completed = 4
  case closed = 5

  /// The name that partners know: the contract's, without its prefix.
  var name: String {
    switch self {
    case .released: "RELEASED"
    case .acknowledged: "ACKNOWLEDGED"
    case .running: "RUNNING"
    case .completed: "COMPLETED"
    case .closed: "CLOSED"
    }
  }
}

/// What can move an order on.
enum OrderStep: Sendable, Hashable, CaseIterable {
  /// The MES takes the order over.
  case acknowledge
  /// A report that is not the last one.
  case report
  /// The last report.
  case finalReport
  /// The ERP system holds everything that was reported.
  case book

  /// The states the step is allowed in, and the one it leads to: the whole diagram.
  private var transitions: (from: [OrderState], to: OrderState) {
    switch self {
    case .acknowledge: ([.released], .acknowledged)
    case .report: ([.acknowledged, .running], .running)
    case .finalReport: ([.acknowledged, .running], .completed)
    case .book: ([.completed], .closed)
    }
  }

  /// The states the step is allowed in.
  var allowedStates: [OrderState] { transitions.from }
}

extension OrderState {
  /// The state after a step; `nil` when the step is not allowed here (``OrderStep/allowedStates``
  /// says where it is).
  func after(_ step: OrderStep) -> OrderState? {
    step.allowedStates.contains(self) ? step.target : nil
  }
}

extension OrderStep {
  fileprivate var target: OrderState { transitions.to }
}
