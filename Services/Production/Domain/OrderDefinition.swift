import Values

/// One line of what an order is made of.
struct ComponentLine: Sendable, Hashable {
  /// The line's number, 1 and upwards, unique within the order.
  var line: Int64
  /// The component's item code.
  var itemCode: String
  /// What the whole planned quantity needs, in the component's own unit. Zero or more.
  var demand: Amount
  /// The smallest step of the component's unit, above zero.
  var unitRounding: Quantity
  /// The operation that consumes it; empty when it belongs to the order as a whole.
  var operation: String
  var tracking: Tracking
}

/// One operation of an order.
struct OperationStep: Sendable, Hashable {
  /// Unique within the order.
  var code: String
  /// The place in the order of work, 1 and upwards, unique within the order.
  var position: Int64
  var workCenterCode: String
  /// For the whole planned quantity; 0 when unknown.
  var expectedDurationSeconds: Int64
}

/// What the system of record has said about an order. It never changes after the release.
struct OrderDefinition: Sendable, Hashable {
  var key: OrderKey
  var itemCode: String
  /// Above zero. Its unit is the order's: every report uses it.
  var planned: Amount
  /// By line.
  var components: [ComponentLine]
  /// By position.
  var operations: [OperationStep]
  /// The operation whose reports are the order's output; empty for an order without operations.
  var reportingOperation: String
  var plannedStart: Instant
  var due: Instant?
  var tracking: Tracking

  /// The codes under which work may be reported: of an order without operations the empty one.
  var reportableOperations: [String] {
    operations.isEmpty ? [""] : operations.map(\.code)
  }

  /// The first item that is told apart by lot or serial number, the finished one first; `nil` when
  /// there is none.
  var firstTrackedItem: String? {
    if tracking != .none { return itemCode }
    return components.first { $0.tracking != .none }?.itemCode
  }
}
