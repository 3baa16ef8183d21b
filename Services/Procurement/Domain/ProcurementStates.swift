import Values

/// Where an order stands (`millrace.procurement.v1.PurchaseOrderState`). The raw values are the contract's.
enum PurchaseOrderState: Int32, ContractState {
  case published = 1
  case acknowledged = 2
  case confirmed = 3
  case confirmedWithChanges = 4
  case partiallyReceived = 5
  case received = 6
  case closed = 7
  case cancelled = 8
}

/// What can move an order on.
enum PurchaseOrderStep: Sendable, Hashable, CaseIterable {
  case change
  case acknowledge
  case confirm
  case decide
  case ship
  case receive
  case close
  case cancel

  /// The states the step is allowed in.
  var allowedStates: [PurchaseOrderState] {
    switch self {
    case .change, .cancel: [.published, .acknowledged, .confirmed, .confirmedWithChanges]
    case .acknowledge: [.published]
    case .confirm: [.published, .acknowledged]
    case .decide: [.acknowledged]
    case .ship: [.acknowledged, .confirmed, .confirmedWithChanges, .partiallyReceived]
    // What stands at the door has come, whether or not somebody has said so before.
    case .receive:
      [
        .published, .acknowledged, .confirmed, .confirmedWithChanges, .partiallyReceived, .received,
      ]
    case .close: [.partiallyReceived, .received]
    }
  }
}

/// Where a notice stands (`millrace.procurement.v1.ShipNoticeState`). The raw values are the contract's.
enum ShipNoticeState: Int32, ContractState {
  case submitted = 1
  case inTransit = 2
  case arrived = 3
  case received = 4
  case receivedWithDiscrepancy = 5
  case cancelled = 6

  /// Before it was received or taken back.
  static let open: [ShipNoticeState] = [.submitted, .inTransit, .arrived]
  /// Before it has arrived.
  static let underWay: [ShipNoticeState] = [.submitted, .inTransit]

  /// Where a milestone leads: only forward.
  func after(_ milestone: ShipNoticeState?) -> ShipNoticeState {
    guard let milestone, Self.open.contains(self) else { return self }
    return milestone.rawValue > rawValue ? milestone : self
  }
}

/// Where a signal stands (`millrace.procurement.v1.SupplySignalState`).
enum SupplySignalState: Int32, ContractState {
  case open = 1
  case closed = 2

}
