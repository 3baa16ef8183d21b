import Contracts
import Protobuf
import ServiceKit
import Values

/// The end of the day: the same quantity as each service has it.
struct DayReport: Sendable, Equatable {
  /// One quantity, and who says what about it.
  struct Line: Sendable, Equatable {
    /// What it is.
    let what: String
    /// The first that says it, and how much.
    let first: String
    let firstQuantity: Quantity
    /// The second.
    let second: String
    let secondQuantity: Quantity

    /// Whether they are the same, to the last digit.
    var agrees: Bool { firstQuantity == secondQuantity }
  }

  /// Why what was on hold was refused.
  struct Refused: Sendable, Equatable {
    let movement: String
    let genealogy: String
  }

  static let purchaseOrder = "PO-DAY"
  static let notice = "ASN-DAY"

  let lines: [Line]
  let refused: Refused
  /// The services that the trace from the finished lot has met, back to the supplier.
  let traced: [String]
  /// The supplier at the end of the trace.
  let supplier: String
  let signals: Int

  /// Whether every quantity is the same everywhere, the hold has held, and the trace leads to the supplier.
  var agrees: Bool {
    lines.allSatisfy(\.agrees) && refused == Refused(movement: "ON_HOLD", genealogy: "ON_HOLD")
      && supplier == Crew.supplierCode && signals == 1
  }

  /// Asks every service.
  static func collect(
    _ crew: Crew, _ order: PlannedOrder, _ refused: Refused, component: String, signals: Int
  ) async throws -> DayReport {
    let site = Installation.site
    let bought = try await crew.planner.procurement.getPurchaseOrder(
      .with {
        $0.site = site
        $0.orderName = purchaseOrder
      }
    ).order
    let made = try await crew.planner.production.getOrder(
      .with {
        $0.site = site
        $0.orderName = order.name
      }
    ).order
    let trace = try await traced(crew, order)
    let stock = try await Stock(crew)
    let announced = try Quantity(decimal: bought?.progress.first?.shipped?.value ?? "0")
    let received = try Quantity(decimal: bought?.progress.first?.received?.value ?? "0")
    let used = try trace.filter { $0.edge?.recordedBy == "production" }
      .reduce(Quantity.zero) { sum, step in
        try sum.adding(Quantity(decimal: step.edge?.quantity?.value ?? "0"))
      }
    let good = try Quantity(decimal: made?.progress?.good?.value ?? "0")
    let lines = [
      Line(
        what: "\(component) sent", first: "Procurement, announced", firstQuantity: announced,
        second: "Procurement, received", secondQuantity: received),
      Line(
        what: "\(component) received", first: "Procurement", firstQuantity: received,
        second: "Inventory", secondQuantity: try stock.moved(.receipt, component)),
      Line(
        what: "\(component) used", first: "Inventory, issued",
        firstQuantity: try stock.moved(.issue, component), second: "Production, told of lots",
        secondQuantity: used),
      Line(
        what: "\(component) left", first: "Inventory, received less issued",
        firstQuantity: try stock.moved(.receipt, component).subtracting(
          stock.moved(.issue, component)), second: "Inventory, balances",
        secondQuantity: try stock.onHand(component)),
      Line(
        what: "\(order.item) made", first: "Production, good", firstQuantity: good,
        second: "Inventory, received", secondQuantity: try stock.moved(.receipt, order.item)),
      Line(
        what: "\(order.item) ready to go", first: "Inventory, at WH/Dispatch",
        firstQuantity: try stock.onHand(order.item, at: "WH/Dispatch"), second: "Production, good",
        secondQuantity: good),
    ]
    return DayReport(
      lines: lines, refused: refused, traced: trace.compactMap(\.edge?.recordedBy),
      supplier: trace.compactMap(\.edge?.supplierCode).last { !$0.isEmpty } ?? "", signals: signals)
  }

  /// The trace from the finished lot back, once all services have told Quality.
  private static func traced(_ crew: Crew, _ order: PlannedOrder) async throws
    -> [Quality.V1.TracedEdge]
  {
    // Three edges: into the finished lot, and from the supplier as Inventory and as Procurement know it.
    let expected = 3
    var edges: [Quality.V1.TracedEdge] = []
    for _ in 0..<1_000 where edges.count < expected {
      edges = try await crew.inspector.quality.traceLot(
        .with {
          $0.site = Installation.site
          $0.material = .with {
            $0.itemCode = order.item
            $0.lot = PlantDay.finishedLot
          }
          $0.direction = .backward
        }
      ).edges
      if edges.count < expected { try await Task.sleep(for: .milliseconds(20)) }
    }
    return edges
  }

  /// The table for people.
  func text() -> [String] {
    var table = TextTable([
      ("", .left), ("one says", .left), ("", .right), ("the other", .left), ("", .right),
      ("", .left),
    ])
    for line in lines {
      table.add([
        line.what, line.first, line.firstQuantity.description, line.second,
        line.secondQuantity.description, line.agrees ? "agrees" : "DIFFERS",
      ])
    }
    let trace =
      "The lot \(PlantDay.finishedLot) leads back over \(traced.joined(separator: ", ")) to \(supplier)."
    let verdict =
      agrees
      ? "Every quantity is the same in all services." : "Something of the day does not agree."
    return ["", "The day, as each service has it"] + table.lines() + ["", trace, verdict]
  }
}

/// What Inventory has at the end.
private struct Stock {
  private let movements: [Inventory.V1.Movement]
  private let balances: [Inventory.V1.Balance]

  init(_ crew: Crew) async throws {
    movements = try await crew.wms.inventory.listMovements(
      .with { $0.site = Installation.site }
    ).movements
    balances = try await crew.wms.inventory.listBalances(
      .with { $0.site = Installation.site }
    ).balances
  }

  /// How much of an item has moved in one way.
  func moved(_ type: Inventory.V1.MovementType, _ item: String) throws -> Quantity {
    try movements.compactMap(\.report).filter { $0.type == type && $0.itemCode == item }
      .reduce(.zero) { try $0.adding(Quantity(decimal: $1.quantity?.value ?? "0")) }
  }

  /// How much of an item is there, anywhere or at a location.
  func onHand(_ item: String, at location: String? = nil) throws -> Quantity {
    try balances.filter {
      $0.key?.itemCode == item && (location == nil || $0.key?.location == location)
    }.reduce(.zero) { try $0.adding(Quantity(decimal: $1.quantity?.value ?? "0")) }
  }
}
