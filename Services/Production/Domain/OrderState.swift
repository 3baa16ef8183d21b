/// Where an order stands on its way (`millrace.production.v1.OrderState`). The raw values are those
/// of the contract and of the stored records.
enum OrderState: Int64, Sendable, Hashable, CaseIterable {
  case released = 1
  case acknowledged = 2
  case running = 3
  case completed = 4
  case closed = 5
  case cancelled = 6
  case aborted = 7
  case cancelledInERP = 8
  case closedInERP = 9

  /// The name that partners know: the contract's, without its prefix.
  var name: String {
    switch self {
    case .released: "RELEASED"
    case .acknowledged: "ACKNOWLEDGED"
    case .running: "RUNNING"
    case .completed: "COMPLETED"
    case .closed: "CLOSED"
    case .cancelled: "CANCELLED"
    case .aborted: "ABORTED"
    case .cancelledInERP: "CANCELLED_IN_ERP"
    case .closedInERP: "CLOSED_IN_ERP"
    }
  }

  /// Whether the ERP system has ended it whatever the shop floor does: facts are kept, and open a case.
  var isEndedInERP: Bool { self == .cancelledInERP || self == .closedInERP }
}

/// What can move an order on.
enum OrderStep: Sendable, Hashable, CaseIterable {
  /// The MES takes the order over.
  case acknowledge
  /// Somebody begins to work on an operation.
  case start
  /// A report that is not the last one.
  case report
  /// The last report.
  case finalReport
  /// The ERP system holds everything that was reported.
  case book
  /// It is not to be made, or not any more.
  case giveUp
  /// The ERP system has cancelled it.
  case cancelInERP
  /// The ERP system has closed it.
  case closeInERP

  /// Where the step leads from each state that it is allowed in: the whole diagram.
  fileprivate func target(from state: OrderState) -> OrderState? {
    switch (self, state) {
    case (.acknowledge, .released): .acknowledged
    case (.start, .acknowledged), (.start, .running): .running
    case (.report, .acknowledged), (.report, .running): .running
    case (.finalReport, .acknowledged), (.finalReport, .running): .completed
    case (.book, .completed): .closed
    case (.giveUp, .released), (.giveUp, .acknowledged): .cancelled
    case (.giveUp, .running): .aborted
    case (.cancelInERP, .released), (.cancelInERP, .acknowledged), (.cancelInERP, .running),
      (.cancelInERP, .completed):
      .cancelledInERP
    case (.closeInERP, .released), (.closeInERP, .acknowledged), (.closeInERP, .running),
      (.closeInERP, .completed):
      .closedInERP
    default: nil
    }
  }

  /// The states the step is allowed in.
  var allowedStates: [OrderState] { OrderState.allCases.filter { $0.after(self) != nil } }
}

extension OrderState {
  /// The state after a step; `nil` when the step is not allowed here (``OrderStep/allowedStates``
  /// says where it is).
  func after(_ step: OrderStep) -> OrderState? { step.target(from: self) }
}
