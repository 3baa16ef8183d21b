import JSON
import Values

/// Reads a chain: the orders by their procurement group, then their moves, then (when the order has
/// operations) their work orders. Contract §3.11 step 1.
struct ChainReader: Sendable {
  let odoo: any OdooCaller
  let order: ReleasedOrder

  private static let orderFields = [
    "name", "state", "product_qty", "qty_producing", "product_uom_id", "backorder_sequence",
  ]
  private static let moveFields = [
    "product_id", "product_uom", "product_uom_qty", "quantity", "picked", "state", "scrapped",
    "production_id", "raw_material_production_id",
  ]
  private static let workOrderFields = [
    "name", "production_id", "operation_id", "state", "qty_produced",
  ]

  /// The chain as it is now. The calls are not one transaction: whoever decides by it reads again
  /// afterwards.
  func read() async throws(OdooFailure) -> Chain {
    let orders = try await orders().filter { !order.closedBefore.contains($0.id) }
    let ids = orders.map(\.id)
    if ids.isEmpty { return Chain(orders: [], moves: [], workOrders: []) }
    let moves = try await moves(of: ids)
    let workOrders = order.operations.isEmpty ? [] : try await workOrders(of: ids)
    return Chain(orders: orders, moves: moves, workOrders: workOrders)
  }

  private func orders() async throws(OdooFailure) -> [ChainOrder] {
    // The product is part of the key: orders that others have put into the same group are not ours.
    let domain: JSONValue =
      if let group = order.groupID {
        [["procurement_group_id", "=", .int(group)], ["product_id", "=", .int(order.productID)]]
      } else { [["id", "=", .int(order.odooID)]] }
    let rows = try await rows(
      "mrp.production", domain, Self.orderFields, sorted: "backorder_sequence, id")
    var orders: [ChainOrder] = []
    for row in rows {
      guard let state = ChainOrderState(rawValue: try row.text("state")) else {
        throw row.wrong("state")
      }
      orders.append(
        ChainOrder(
          id: try row.id(), name: try row.text("name"), state: state,
          planned: try row.quantity("product_qty"), producing: try row.quantity("qty_producing"),
          unitID: try row.required("product_uom_id")))
    }
    return orders
  }

  private func moves(of ids: [Int64]) async throws(OdooFailure) -> [ChainMove] {
    let domain: JSONValue = [
      "|", ["production_id", "in", OdooCall.ids(ids)],
      ["raw_material_production_id", "in", OdooCall.ids(ids)],
    ]
    var moves: [ChainMove] = []
    for row in try await rows("stock.move", domain, Self.moveFields) {
      guard let state = ChainMoveState(try row.text("state")) else { throw row.wrong("state") }
      moves.append(
        ChainMove(
          id: try row.id(), role: try role(row), productID: try row.required("product_id"),
          unitID: try row.required("product_uom"), demand: try row.quantity("product_uom_qty"),
          quantity: try row.quantity("quantity"), isPicked: try row.flag("picked"), state: state,
          isScrap: try row.flag("scrapped")))
    }
    return moves
  }

  private func role(_ row: OdooRow) throws(OdooFailure) -> ChainMove.Role {
    if let order = try row.reference("raw_material_production_id") { return .raw(order) }
    return .finished(try row.required("production_id"))
  }

  private func workOrders(of ids: [Int64]) async throws(OdooFailure) -> [ChainWorkOrder] {
    let domain: JSONValue = [["production_id", "in", OdooCall.ids(ids)]]
    var workOrders: [ChainWorkOrder] = []
    for row in try await rows("mrp.workorder", domain, Self.workOrderFields) {
      let state = try row.text("state")
      workOrders.append(
        ChainWorkOrder(
          id: try row.id(), orderID: try row.required("production_id"),
          operationID: try row.reference("operation_id"), name: try row.text("name"),
          isOpen: state != "done" && state != "cancel",
          produced: try row.quantity("qty_produced")))
    }
    return workOrders
  }

  private func rows(
    _ model: String, _ domain: JSONValue, _ fields: [String], sorted: String = "id"
  ) async throws(OdooFailure) -> [OdooRow] {
    let answer = try await odoo.call(
      .searchRead(model, domain, fields: fields, order: sorted))
    return try OdooRow.rows(of: answer, model: model)
  }
}
