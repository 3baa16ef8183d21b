import Values

/// Target − done, for the finished product and for each component, rounded by their units (contract
/// §3.11 step 2).
struct Remainder: Sendable, Hashable {
  /// One component's figures.
  struct Component: Sendable, Hashable {
    var itemCode: String
    var rounding: Quantity
    var target: Quantity
    var done: Quantity
    var open: Quantity
  }

  /// Reported good pieces, rounded to the order's unit.
  var target: Quantity
  /// Good and scrapped pieces together, rounded likewise.
  var processed: Quantity
  /// Booked finished pieces.
  var done: Quantity
  /// Booked finished pieces that were scrapped again by a scrap document.
  var scrapped: Quantity
  /// Good pieces that are still to be booked; negative when Odoo holds more.
  var open: Quantity
  /// By product and unit; booked components that were never released stand here with a target of
  /// zero.
  var components: [ComponentKey: Component]

  /// - Throws: a finding when the chain's units or the totals cannot be compared.
  init(order: ReleasedOrder, totals: OrderTotals, chain: Chain) throws(CaseFinding) {
    do {
      target = try totals.good.rounded(toMultipleOf: order.rounding)
      processed = try totals.good.adding(totals.scrap).rounded(toMultipleOf: order.rounding)
      components = try Self.targets(order, totals)
      (done, scrapped) = (.zero, .zero)
      for move in chain.moves where move.state == .done {
        try Self.count(move, order, &done, &scrapped, &components)
      }
      open = try target.subtracting(done)
      for (key, component) in components {
        components[key]?.open = try component.target.subtracting(component.done)
      }
    } catch let finding as CaseFinding {
      throw finding
    } catch {
      throw CaseFinding(.totalsUnusable, "the totals of \(order.name) cannot be added up: \(error)")
    }
  }

  private static func targets(_ order: ReleasedOrder, _ totals: OrderTotals) throws
    -> [ComponentKey: Component]
  {
    var components: [ComponentKey: Component] = [:]
    for line in order.components {
      let consumed = try (totals.consumed[line.line] ?? .zero)
        .rounded(toMultipleOf: line.rounding)
      var component =
        components[line.key]
        ?? Component(
          itemCode: line.itemCode, rounding: line.rounding, target: .zero, done: .zero,
          open: .zero)
      component.target = try component.target.adding(consumed)
      components[line.key] = component
    }
    return components
  }

  private static func count(
    _ move: ChainMove, _ order: ReleasedOrder, _ done: inout Quantity, _ scrapped: inout Quantity,
    _ components: inout [ComponentKey: Component]
  ) throws {
    switch move.role {
    case .finished where move.productID != order.productID:
      return  // a by-product: Odoo books it to scale, nobody reports it
    case .finished where move.unitID != order.unitID:
      throw CaseFinding(
        .componentsChanged, "\(order.name) is booked in another unit than \(order.unit)")
    case .finished where move.isScrap: scrapped = try scrapped.adding(move.quantity)
    case .finished: done = try done.adding(move.quantity)
    case .raw where move.isScrap: return
    case .raw:
      var component =
        components[move.key]
        ?? Component(
          itemCode: "product \(move.productID)", rounding: order.rounding, target: .zero,
          done: .zero, open: .zero)
      component.done = try component.done.adding(move.quantity)
      components[move.key] = component
    }
  }
}

extension Remainder {
  /// Whether a difference is below half of the unit's step: floats on the way, nothing to book.
  static func isNothing(_ quantity: Quantity, rounding: Quantity) -> Bool {
    quantity.millionths.magnitude * 2 < rounding.millionths.magnitude
  }

  /// Whether the finished quantity agrees.
  func agrees(rounding: Quantity) -> Bool { Self.isNothing(open, rounding: rounding) }

  /// Components of which Odoo holds more than was reported.
  var exceeded: [Component] {
    sorted { $0.open.isNegative && !Self.isNothing($0.open, rounding: $0.rounding) }
  }

  /// Components that do not agree.
  var differing: [Component] { sorted { !Self.isNothing($0.open, rounding: $0.rounding) } }

  private func sorted(_ isIncluded: (Component) -> Bool) -> [Component] {
    components.sorted { $0.key < $1.key }.map(\.value).filter(isIncluded)
  }

  /// For explanations: `good 7 reported, 10 booked; RM-STEEL 14 reported, 20 booked`.
  func figures(unit: String, of components: [Component]) -> String {
    let parts = components.map { "\($0.itemCode) \($0.target) reported, \($0.done) booked" }
    return (["good \(target) \(unit) reported, \(done) booked"] + parts).joined(separator: "; ")
  }
}
