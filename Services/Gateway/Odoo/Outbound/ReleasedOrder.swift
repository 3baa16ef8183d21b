import Values

/// What was released to the shop floor, as Odoo knows it. Fixed at release: reports refer to it for
/// ever.
struct ReleasedOrder: Sendable, Hashable {
  /// One component line of the release.
  struct Component: Sendable, Hashable {
    /// The line's number in the release.
    var line: Int32
    /// The item's code, for explanations.
    var itemCode: String
    /// Product and unit, by which the moves of backorders and splits are recognised.
    var key: ComponentKey
    /// The smallest step of the unit.
    var rounding: Quantity
  }

  /// One operation of the release.
  struct Operation: Sendable, Hashable {
    /// The operation's code in the release.
    var code: String
    /// By which its work orders in the chain are recognised.
    var key: OperationKey
  }

  /// The order's name at release, its key in Millrace.
  var name: String
  /// Its database id in Odoo. The first order of a chain keeps it.
  var odooID: Int64
  /// Its procurement group, which its backorders share; `nil` when it has none.
  var groupID: Int64?
  /// What is made.
  var productID: Int64
  /// The order's unit.
  var unitID: Int64
  /// The unit's name.
  var unit: String
  /// The smallest step of the unit.
  var rounding: Quantity
  /// The released quantity.
  var planned: Quantity
  /// The component lines.
  var components: [Component]
  /// The operations in their order.
  var operations: [Operation]
  /// The operation whose reports are the output; empty without operations.
  var reportingOperation: String
  /// Orders of the same group that were closed before the release: not part of what is reported.
  var closedBefore: [Int64]
}

/// A component by product and unit. One product may stand on several lines: what is booked is their
/// sum.
struct ComponentKey: Sendable, Hashable, Comparable {
  var productID: Int64
  var unitID: Int64

  static func < (left: Self, right: Self) -> Bool {
    (left.productID, left.unitID) < (right.productID, right.unitID)
  }
}

/// A work order's place in its order: the routing's operation (or, without one, the name), and
/// which of several with the same. A backorder's copies carry the same.
struct OperationKey: Sendable, Hashable {
  /// The routing operation's id; 0 when the work order was added by hand.
  var operationID: Int64
  /// The work order's name; empty when the routing operation decides.
  var name: String
  /// Which of several with the same operation or name, from 0.
  var occurrence: Int

  /// The keys of an order's work orders, in their order.
  static func keys(of workOrders: [(operationID: Int64?, name: String)]) -> [OperationKey] {
    var seen: [OperationKey: Int] = [:]
    return workOrders.map { workOrder in
      let id = workOrder.operationID ?? 0
      let first = OperationKey(
        operationID: id, name: id == 0 ? workOrder.name : "", occurrence: 0)
      let occurrence = seen[first, default: 0]
      seen[first] = occurrence + 1
      return OperationKey(operationID: id, name: first.name, occurrence: occurrence)
    }
  }
}
