import JSON
import Values

/// Reads what the inbound side needs from Odoo.
struct OrderReader: Sendable {
  let odoo: any OdooCaller

  /// Orders on one page of a poll.
  static let pageSize = 200

  /// The manufacturing operation type of a warehouse.
  /// - Throws: a configuration failure when there is not exactly one such warehouse.
  func operationType(ofWarehouse code: String) async throws(OdooFailure) -> Int64 {
    let rows = try await rows(
      "stock.warehouse", [["code", "=", .string(code)]], ["code", "manu_type_id"])
    guard rows.count == 1, let type = try rows[0].reference("manu_type_id") else {
      throw .configuration(
        OdooWords(
          name: "stock.warehouse",
          message: "\(rows.count) warehouses have the short name \(code), with their manufacturing "
            + "operation type; exactly one is needed"))
    }
    return type
  }

  /// A page of orders by id.
  func headers(_ domain: JSONValue) async throws(OdooFailure) -> [OrderHeader] {
    let answer = try await odoo.call(
      .searchRead(
        "mrp.production", domain, fields: OrderHeader.fields, limit: Self.pageSize))
    var headers: [OrderHeader] = []
    for row in try OdooRow.rows(of: answer, model: "mrp.production") {
      headers.append(try OrderHeader(row))
    }
    return headers
  }

  /// The details of some orders, in at most seven calls whatever their number.
  func details(of headers: [OrderHeader]) async throws(OdooFailure) -> OrderDetails {
    let ids = headers.map(\.id)
    var details = OrderDetails()
    details.moves = try await moves(ids)
    details.workOrders = try await workOrders(ids)
    let products = Set(headers.map(\.productID) + details.moves.map(\.productID))
    details.products = try await self.products(products)
    details.codeCounts = try await codeCounts(details.products.values.map(\.code))
    details.units = try await units(Set(headers.map(\.unitID) + details.moves.map(\.unitID)))
    details.workCenters = try await workCenters(Set(details.workOrders.map(\.workCenterID)))
    details.siblings = try await siblings(Set(headers.compactMap(\.groupID)))
    return details
  }

  private func moves(_ ids: [Int64]) async throws(OdooFailure) -> [OrderDetails.RawMove] {
    let domain: JSONValue = [
      ["raw_material_production_id", "in", OdooCall.ids(ids)], ["state", "!=", "cancel"],
      ["scrapped", "=", false],
    ]
    var moves: [OrderDetails.RawMove] = []
    for row in try await rows(
      "stock.move", domain,
      [
        "raw_material_production_id", "product_id", "product_uom", "product_uom_qty",
        "operation_id",
      ])
    {
      moves.append(
        OrderDetails.RawMove(
          id: try row.id(), orderID: try row.required("raw_material_production_id"),
          productID: try row.required("product_id"), unitID: try row.required("product_uom"),
          demand: try row.quantity("product_uom_qty"),
          operationID: try row.reference("operation_id")))
    }
    return moves
  }

  private func workOrders(_ ids: [Int64]) async throws(OdooFailure) -> [OrderDetails.WorkOrder] {
    let domain: JSONValue = [
      ["production_id", "in", OdooCall.ids(ids)], ["state", "!=", "cancel"],
    ]
    var workOrders: [OrderDetails.WorkOrder] = []
    for row in try await rows(
      "mrp.workorder", domain,
      ["production_id", "name", "operation_id", "workcenter_id", "duration_expected"])
    {
      workOrders.append(
        OrderDetails.WorkOrder(
          id: try row.id(), orderID: try row.required("production_id"),
          name: try row.text("name"), operationID: try row.reference("operation_id"),
          workCenterID: try row.required("workcenter_id"),
          expectedMinutes: try row.number("duration_expected")))
    }
    return workOrders
  }

  private func products(_ ids: Set<Int64>) async throws(OdooFailure)
    -> [Int64: OrderDetails.Product]
  {
    var products: [Int64: OrderDetails.Product] = [:]
    for row in try await rows(
      "product.product", byID(ids), ["default_code", "tracking"], archivedToo: true)
    {
      products[try row.id()] = OrderDetails.Product(
        code: try row.text("default_code"), tracking: try row.text("tracking"))
    }
    return products
  }

  private func codeCounts(_ codes: [String]) async throws(OdooFailure) -> [String: Int] {
    let wanted = Set(codes).subtracting([""]).sorted()
    if wanted.isEmpty { return [:] }
    var counts: [String: Int] = [:]
    let domain: JSONValue = [["default_code", "in", .array(wanted.map { .string($0) })]]
    for row in try await rows("product.product", domain, ["default_code"]) {
      counts[try row.text("default_code"), default: 0] += 1
    }
    return counts
  }

  private func units(_ ids: Set<Int64>) async throws(OdooFailure) -> [Int64: OrderDetails.Unit] {
    var units: [Int64: OrderDetails.Unit] = [:]
    for row in try await rows("uom.uom", byID(ids), ["name", "rounding"], archivedToo: true) {
      units[try row.id()] = OrderDetails.Unit(
        name: try row.text("name"), rounding: try row.quantity("rounding"))
    }
    return units
  }

  private func workCenters(_ ids: Set<Int64>) async throws(OdooFailure) -> [Int64: String] {
    if ids.isEmpty { return [:] }
    var codes: [Int64: String] = [:]
    for row in try await rows("mrp.workcenter", byID(ids), ["code", "name"], archivedToo: true) {
      let code = try row.text("code")
      codes[try row.id()] = code.isEmpty ? try row.text("name") : code
    }
    return codes
  }

  private func siblings(_ groups: Set<Int64>) async throws(OdooFailure)
    -> [OrderDetails.Sibling]
  {
    if groups.isEmpty { return [] }
    var siblings: [OrderDetails.Sibling] = []
    let domain: JSONValue = [["procurement_group_id", "in", OdooCall.ids(groups.sorted())]]
    for row in try await rows(
      "mrp.production", domain, ["procurement_group_id", "product_id", "state"])
    {
      guard let state = ChainOrderState(rawValue: try row.text("state")) else {
        throw row.wrong("state")
      }
      siblings.append(
        OrderDetails.Sibling(
          id: try row.id(), groupID: try row.required("procurement_group_id"),
          productID: try row.required("product_id"), state: state))
    }
    return siblings
  }

  private func byID(_ ids: Set<Int64>) -> JSONValue { [["id", "in", OdooCall.ids(ids.sorted())]] }

  private func rows(
    _ model: String, _ domain: JSONValue, _ fields: [String], archivedToo: Bool = false
  ) async throws(OdooFailure) -> [OdooRow] {
    var call = OdooCall.searchRead(model, domain, fields: fields)
    if archivedToo { call.keywords["context"] = ["active_test": false] }
    return try OdooRow.rows(of: try await odoo.call(call), model: model)
  }
}
