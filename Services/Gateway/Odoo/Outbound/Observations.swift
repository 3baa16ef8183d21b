import Values

/// What a planner should know about an order although nothing hinders its posting.
enum Observations {
  static func of(order: ReleasedOrder, totals: OrderTotals, chain: Chain) -> [CaseFinding] {
    guard !chain.orders.isEmpty else { return [] }
    if chain.openOrders.isEmpty {
      if totals.isFinal { return [] }
      let isCancelled = chain.orders.allSatisfy { $0.state == .cancel }
      return [
        CaseFinding(
          .closedByHand,
          "\(order.name) was \(isCancelled ? "cancelled" : "closed") in Odoo while the shop floor "
            + "has not reported its end; good so far \(totals.good) \(order.unit)")
      ]
    }
    let planned = chain.orders.filter { $0.state != .cancel }.map(\.planned.millionths)
      .reduce(into: Int128(0)) { $0 += Int128($1) }
    // Parts of a split are rounded each: less than a step of the unit is no change of plan.
    let difference = (planned - Int128(order.planned.millionths)).magnitude
    guard difference >= order.rounding.millionths.magnitude else { return [] }
    let text = Int64(exactly: planned).flatMap { try? Quantity(millionths: $0) }
    return [
      CaseFinding(
        .planChanged,
        "Odoo now plans \(text.map(\.description) ?? "an unusable quantity") \(order.unit) for "
          + "\(order.name), \(order.planned) were released; the shop floor does not know")
    ]
  }
}
