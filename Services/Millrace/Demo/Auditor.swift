import JSON
import Values

/// Reads from Odoo itself what an order's documents hold: the sums over the posted stock moves of
/// the order and its backorders.
struct Auditor: Sendable {
  let odoo: OdooClient
  let user: Int64

  /// The books of the chain that an order belongs to.
  func books(ofOrder id: Int64) async throws -> BookedOrder {
    let chain = try await chain(ofOrder: id)
    let catalog = Catalog(odoo: odoo, user: user)
    var made = Quantity.zero
    for move in try await postedMoves("production_id", in: chain) {
      made = try made.adding(try Self.quantity(move))
    }
    var consumed: [String: Quantity] = [:]
    for move in try await postedMoves("raw_material_production_id", in: chain) {
      guard let product = move["product_id"]?[0]?.intValue else {
        throw OdooClientError.unexpected(what: "product_id", answer: move.text)
      }
      let item = try await catalog.code(ofProduct: product)
      consumed[item] = try (consumed[item] ?? .zero).adding(try Self.quantity(move))
    }
    return BookedOrder(made: made, consumed: consumed)
  }

  private func chain(ofOrder id: Int64) async throws -> [Int64] {
    let order = try await odoo.call(
      user: user, "mrp.production", "read", [[.int(id)]], ["fields": ["procurement_group_id"]])
    guard let group = order[0]?["procurement_group_id"]?[0]?.intValue else { return [id] }
    let orders = try await odoo.call(
      user: user, "mrp.production", "search_read",
      [[["procurement_group_id", "=", .int(group)]]], ["fields": ["id"]])
    return (orders.arrayValue ?? []).compactMap { $0["id"]?.intValue }
  }

  /// Posted moves, scrap left out: a scrapped piece has its own document.
  private func postedMoves(_ field: String, in orders: [Int64]) async throws -> [JSONValue] {
    let answer = try await odoo.call(
      user: user, "stock.move", "search_read",
      [
        [
          [.string(field), "in", .array(orders.map { .int($0) })], ["state", "=", "done"],
          ["scrapped", "=", false],
        ]
      ], ["fields": ["product_id", "quantity"]])
    guard let moves = answer.arrayValue else {
      throw OdooClientError.unexpected(what: "list of moves", answer: answer.text)
    }
    return moves
  }

  private static func quantity(_ move: JSONValue) throws -> Quantity {
    guard let quantity = move["quantity"]?.numberValue.flatMap(Quantity.init(nearest:)) else {
      throw OdooClientError.unexpected(what: "quantity", answer: move.text)
    }
    return quantity
  }
}
