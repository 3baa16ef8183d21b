import Values

extension Order {
  /// Whether what went into what may be told of the order, as it is now.
  /// - Parameters:
  ///   - produced: the finished item.
  ///   - consumed: the items that went in.
  func checkGenealogy(of produced: String, from consumed: [String]) throws(ProductionError) {
    guard OrderState.withGenealogy.contains(state) else {
      throw .genealogyState(definition.key, state: state)
    }
    guard produced == definition.itemCode else {
      throw .itemNotOfOrder(definition.key, item: produced, field: "produced.item_code")
    }
    let components = Set(definition.components.map(\.itemCode))
    for (place, item) in consumed.enumerated() where !components.contains(item) {
      throw .itemNotOfOrder(
        definition.key, item: item, field: "consumed[\(place)].material.item_code")
    }
  }
}

extension OrderState {
  /// Where an order's genealogy may be told: it comes after the quantities as often as before them.
  static let withGenealogy: [OrderState] = [
    .acknowledged, .running, .completed, .cancelledInERP, .closedInERP,
  ]
}
