import Values

/// How reported quantities are spread over a chain's open orders (contract §3.11 step 3).
enum Allocation {
  /// Each order takes at most its planned quantity, the last one the rest. Same order, same length
  /// as `planned`.
  static func shares(of quantity: Quantity, over planned: [Quantity]) -> [Quantity] {
    var rest = quantity
    return planned.enumerated().map { index, limit in
      let share = index == planned.count - 1 ? rest : min(max(limit, .zero), rest)
      rest = difference(rest, share)
      return share
    }
  }

  /// A component's part for an order that takes `share` of `whole`: in proportion, or all of it for
  /// the whole.
  /// - Throws: ``QuantityError`` when the figures are out of range.
  static func part(
    of component: Quantity, share: Quantity, whole: Quantity, rounding: Quantity
  ) throws(QuantityError) -> Quantity {
    share == whole ? component : try component.proportion(of: share, to: whole, step: rounding)
  }

  /// A component's quantity over its moves in one order: each takes at most its demand, the last
  /// one the rest.
  static func overMoves(_ quantity: Quantity, _ moves: [ChainMove]) -> [Int64: Quantity] {
    let shares = shares(of: quantity, over: moves.map(\.demand))
    return Dictionary(
      zip(moves.map(\.id), shares), uniquingKeysWith: { _, last in last })
  }

  /// Both are within the range of quantities and the share is not above the rest, so this cannot
  /// fail.
  private static func difference(_ rest: Quantity, _ share: Quantity) -> Quantity {
    (try? rest.subtracting(share)) ?? .zero
  }
}
