import Values

/// What the work orders of a chain should say, by the progress reported on each operation.
///
/// Only operations that were reported on are stated: what people enter on the others is theirs.
struct WorkOrderStatement: Sendable, Hashable {
  /// What a work order says and should say.
  struct Line: Sendable, Hashable {
    var workOrder: ChainWorkOrder
    var wanted: Quantity
  }

  /// The open work orders of reported operations, by id.
  var lines: [Line]
  /// Whether the reporting operation has an open work order, so that the order's output is visible
  /// in Odoo.
  var showsOutput: Bool

  init(order: ReleasedOrder, totals: OrderTotals, chain: Chain, done: Quantity) {
    let orders = chain.openOrders
    lines = []
    showsOutput = false
    for operation in order.operations {
      let workOrders = orders.map { Self.workOrder(operation.key, of: $0.id, in: chain) }
      if operation.code == order.reportingOperation {
        showsOutput = workOrders.contains { $0?.isOpen == true }
      }
      guard let good = totals.operations[operation.code],
        let rounded = try? good.rounded(toMultipleOf: order.rounding),
        let rest = try? rounded.subtracting(done)
      else { continue }
      // What is booked already was handled by the work orders of the closed orders.
      let shares = Allocation.shares(of: max(rest, .zero), over: orders.map(\.planned))
      for (workOrder, share) in zip(workOrders, shares) {
        guard let workOrder, workOrder.isOpen else { continue }
        lines.append(Line(workOrder: workOrder, wanted: share))
      }
    }
    lines.sort { $0.workOrder.id < $1.workOrder.id }
  }

  private static func workOrder(_ key: OperationKey, of order: Int64, in chain: Chain)
    -> ChainWorkOrder?
  {
    let candidates = chain.workOrders.filter { $0.orderID == order }
    let keys = OperationKey.keys(of: candidates.map { ($0.operationID, $0.name) })
    return zip(keys, candidates).first { $0.0 == key }?.1
  }

  /// The three-way compare: what is to be written.
  /// - Throws: a finding when somebody has entered a quantity by hand.
  func differing(from base: PostingBase, rounding: Quantity) throws(CaseFinding) -> [Line] {
    var differing: [Line] = []
    for line in lines {
      let theirs = line.workOrder.produced
      let gap = (try? theirs.subtracting(line.wanted)) ?? theirs
      if Remainder.isNothing(gap, rounding: rounding) { continue }
      guard base.explains(theirs, onWorkOrder: line.workOrder.id) else {
        throw CaseFinding(
          .workOrderEditedByHand,
          "work order \(line.workOrder.name) says \(theirs), which Millrace did not write; "
            + "reported is \(line.wanted)")
      }
      differing.append(line)
    }
    return differing
  }
}
