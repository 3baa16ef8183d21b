import JSON
import Values

/// What a planner does in Odoo: makes manufacturing orders and confirms them.
struct Planner: Sendable {
  let odoo: OdooClient
  let user: Int64

  /// A manufacturing order as Odoo has it after confirming.
  struct ConfirmedOrder: Sendable, Equatable {
    /// Odoo's id.
    let id: Int64
    /// What was planned, read from Odoo.
    let plan: PlannedOrder
  }

  /// Makes an order for an item, to start now, and confirms it.
  func confirmOrder(item: String, quantity: Int64) async throws -> ConfirmedOrder {
    let products = try await odoo.call(
      user: user, "product.product", "search_read",
      [[["default_code", "=", .string(item)]]], ["fields": ["id"]])
    guard let product = products[0]?["id"]?.intValue else {
      throw OdooClientError.unexpected(what: "product \(item)", answer: products.text)
    }
    let created = try await odoo.call(
      user: user, "mrp.production", "create",
      [[.object(["product_id": .int(product), "product_qty": .double(Double(quantity))])]])
    guard let id = created.intValue ?? created[0]?.intValue else {
      throw OdooClientError.unexpected(what: "order id", answer: created.text)
    }
    _ = try await odoo.call(user: user, "mrp.production", "action_confirm", [[.int(id)]])
    return ConfirmedOrder(id: id, plan: try await plan(of: id, item: item))
  }

  /// Reads an order's plan: its quantity and the demand of its raw moves.
  private func plan(of id: Int64, item: String) async throws -> PlannedOrder {
    let orders = try await odoo.call(
      user: user, "mrp.production", "read", [[.int(id)]], ["fields": ["name", "product_qty"]])
    guard let name = orders[0]?["name"]?.stringValue,
      let planned = orders[0]?["product_qty"]?.numberValue.flatMap(Quantity.init(nearest:))
    else { throw OdooClientError.unexpected(what: "name and quantity", answer: orders.text) }
    let moves = try await odoo.call(
      user: user, "stock.move", "search_read",
      [[["raw_material_production_id", "=", .int(id)]]],
      ["fields": ["product_id", "product_uom_qty", "product_uom"], "order": "id"])
    let catalog = Catalog(odoo: odoo, user: user)
    var components: [PlannedComponent] = []
    for move in moves.arrayValue ?? [] {
      guard let product = move["product_id"]?[0]?.intValue,
        let unit = move["product_uom"]?[0]?.intValue,
        let demand = move["product_uom_qty"]?.numberValue.flatMap(Quantity.init(nearest:))
      else { throw OdooClientError.unexpected(what: "demand", answer: move.text) }
      components.append(
        PlannedComponent(
          item: try await catalog.code(ofProduct: product), demand: demand,
          rounding: try await catalog.rounding(ofUnit: unit)))
    }
    return PlannedOrder(name: name, item: item, planned: planned, components: components)
  }
}

/// Codes and units by Odoo's ids.
struct Catalog: Sendable {
  let odoo: OdooClient
  let user: Int64

  /// The code of a product.
  func code(ofProduct id: Int64) async throws -> String {
    let answer = try await odoo.call(
      user: user, "product.product", "read", [[.int(id)]], ["fields": ["default_code"]])
    guard let code = answer[0]?["default_code"]?.stringValue else {
      throw OdooClientError.unexpected(what: "default_code", answer: answer.text)
    }
    return code
  }

  /// The smallest step of a unit.
  func rounding(ofUnit id: Int64) async throws -> Quantity {
    let answer = try await odoo.call(
      user: user, "uom.uom", "read", [[.int(id)]], ["fields": ["rounding"]])
    guard let rounding = answer[0]?["rounding"]?.numberValue.flatMap(Quantity.init(nearest:)) else {
      throw OdooClientError.unexpected(what: "rounding", answer: answer.text)
    }
    return rounding
  }
}
