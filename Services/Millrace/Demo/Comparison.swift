import Values

/// What Odoo planned for one component of an order, read before anything was reported.
struct PlannedComponent: Sendable, Equatable {
  /// The item's code.
  let item: String
  /// What the whole planned quantity needs.
  let demand: Quantity
  /// The smallest step of the component's unit.
  let rounding: Quantity
}

/// What Odoo planned for one order.
struct PlannedOrder: Sendable, Equatable {
  /// The order's name at release.
  let name: String
  /// What is made.
  let item: String
  /// How much.
  let planned: Quantity
  /// Its components; an item that stands on several lines has several entries.
  let components: [PlannedComponent]
}

/// What an order's documents hold in Odoo: sums over posted stock moves of its whole chain.
struct BookedOrder: Sendable, Equatable {
  /// Finished pieces put into stock.
  var made: Quantity
  /// Consumption by item code.
  var consumed: [String: Quantity]
}

/// One line of the closing table: what was reported, and what Odoo holds.
struct ComparedLine: Sendable, Equatable {
  /// The order's name at release.
  let order: String
  /// What the line is about: the finished item or a component.
  let item: String
  /// "made" or "consumed".
  let what: String
  /// What follows from the reports.
  let reported: Quantity
  /// What Odoo holds.
  let booked: Quantity

  /// Whether they are the same, to the last digit.
  var agrees: Bool { reported == booked }
}

/// Compares what the MES reported with what Odoo holds, per order and component. The expected
/// consumption is worked out here anew, from Odoo's plan and the MES's own sums: nothing that
/// Production or the Gateway computed goes into it.
enum Comparison {
  /// The lines of one order, the finished item first.
  static func lines(
    planned: PlannedOrder, reported: ReportedTotals, booked: BookedOrder
  ) throws(QuantityError) -> [ComparedLine] {
    let processed = try reported.good.adding(reported.scrap)
    var expected: [String: Quantity] = [:]
    var items: [String] = []
    for component in planned.components {
      let consumption = try processed.proportion(
        of: component.demand, to: planned.planned, step: component.rounding)
      if expected[component.item] == nil { items.append(component.item) }
      expected[component.item] = try consumption.adding(expected[component.item] ?? .zero)
    }
    // What was consumed without a plan is a difference too.
    items += booked.consumed.keys.filter { expected[$0] == nil }.sorted()
    let made = ComparedLine(
      order: planned.name, item: planned.item, what: "made", reported: reported.good,
      booked: booked.made)
    return [made]
      + items.map {
        ComparedLine(
          order: planned.name, item: $0, what: "consumed", reported: expected[$0] ?? .zero,
          booked: booked.consumed[$0] ?? .zero)
      }
  }

  /// The lines as a table.
  static func table(_ lines: [ComparedLine]) -> TextTable {
    var table = TextTable([
      ("order", .left), ("", .left), ("item", .left), ("reported", .right),
      ("Odoo holds", .right), ("", .left),
    ])
    var last = ""
    for line in lines {
      table.add([
        line.order == last ? "" : line.order, line.what, line.item, line.reported.description,
        line.booked.description, line.agrees ? "agrees" : "DIFFERS",
      ])
      last = line.order
    }
    return table
  }
}
