import JSON

/// What `button_mark_done` asks a person before it posts.
enum ProductionQuestions {
  /// What a difference between the order's quantity and what is produced leads to.
  enum Backorder {
    case none
    case ask(JSONValue)
    case backorder([Int])
  }

  /// An action of the kind that opens a dialog.
  static func dialog(
    id: Int64, _ name: String, _ xmlID: String, _ model: String, _ context: [String: JSONValue]
  ) -> JSONValue {
    [
      "id": .int(id), "name": .string(name), "type": "ir.actions.act_window",
      "xml_id": .string(xmlID), "path": false, "help": false, "binding_model_id": false,
      "binding_type": "action", "binding_view_types": "list,form", "display_name": .string(name),
      "view_id": false, "domain": false, "context": .object(context), "res_id": 0,
      "res_model": .string(model), "target": "new", "view_mode": "form",
      "mobile_view_mode": "kanban", "views": [[false, "form"]], "limit": 80, "groups_id": [],
      "search_view_id": false, "embedded_action_ids": [], "filter": false,
    ]
  }

  private static func ids(_ records: [Record]) -> JSONValue {
    .array(records.map { .int(Int64($0.id)) })
  }

  /// Several pieces with serial numbers, none given: they are made one by one, or by a dialog.
  static func serials(_ order: Record) -> JSONValue? {
    guard order.text("product_tracking") == "serial", order.value("lot_producing_id") == .none,
      order.float("product_qty") > 1, Production.isOpen(order)
    else { return nil }
    return dialog(
      id: 405, "Batch Production", "mrp.action_mrp_batch_produce", "mrp.batch.produce",
      ["default_production_id": .int(Int64(order.id))])
  }

  /// A consumption that differs from the bill, unless the caller accepts it or the policy allows
  /// it.
  static func consumption(_ orders: [Record]) -> JSONValue? {
    guard let session = orders.first?.session, !session.isSet("skip_consumption") else {
      return nil
    }
    let lines = orders.flatMap(consumptionIssues)
    guard !lines.isEmpty else { return nil }
    return dialog(
      id: 404, "Consumption Warning", "mrp.action_mrp_consumption_warning",
      "mrp.consumption.warning",
      [
        "default_mrp_production_ids": ids(orders),
        "default_mrp_consumption_warning_line_ids": .array(lines.map { [0, 0, $0] }),
        "form_view_ref": false,
      ])
  }

  private static func consumptionIssues(_ order: Record) -> [JSONValue] {
    guard order.text("consumption") != "flexible", order.reference("bom_id") != nil else {
      return []
    }
    var products: [Record] = []
    var extras: [Record] = []
    var expected: [Record: Double] = [:]
    var done: [Record: Double] = [:]
    let share = order.float("qty_producing") / order.float("product_qty")
    for component in ProductionCreation.components(of: order) {
      if expected[component.product] == nil { products.append(component.product) }
      expected[component.product, default: 0] +=
        Unit.convert(
          component.quantity, from: component.line.reference("product_uom_id"),
          to: component.product.reference("uom_id")) * share
    }
    for move in order.records("move_raw_ids") where move.flag("picked") {
      guard let product = move.reference("product_id") else { continue }
      if expected[product] == nil, move.float("quantity") != 0 {
        extras.append(product)
        expected[product] = 0
      }
      done[product, default: 0] += Unit.convert(
        move.float("quantity"), from: move.reference("product_uom"),
        to: product.reference("uom_id"))
    }
    return (extras + products).compactMap { product in
      let rounding = product.reference("uom_id")?.float("rounding") ?? 0.01
      guard Rounding.compare(expected[product] ?? 0, done[product] ?? 0, rounding) != 0 else {
        return nil
      }
      return [
        "mrp_production_id": .int(Int64(order.id)), "product_id": .int(Int64(product.id)),
        "consumption": .string(order.text("consumption")),
        "product_uom_id": .int(Int64(product.value("uom_id").id ?? 0)),
        "product_consumed_qty_uom": .double(done[product] ?? 0),
        "product_expected_qty_uom": .double(expected[product] ?? 0),
      ]
    }
  }

  /// Less produced than ordered: ask, or do what the operation type says.
  static func quantity(_ orders: [Record]) -> Backorder {
    guard let session = orders.first?.session, !session.isSet("skip_backorder") else {
      return .none
    }
    let short = orders.filter { Production.quantityToBackorder($0) > 0 }
    func policy(_ order: Record) -> String {
      order.reference("picking_type_id")?.text("create_backorder") ?? "ask"
    }
    let asking = short.filter { policy($0) == "ask" }
    let always = short.filter { policy($0) == "always" }
    guard !asking.isEmpty else { return always.isEmpty ? .none : .backorder(always.map(\.id)) }
    return .ask(
      dialog(
        id: 403, "You produced less than initial demand", "mrp.action_mrp_production_backorder",
        "mrp.production.backorder",
        [
          "always_backorder_mo_ids": ids(always), "default_mrp_production_ids": ids(orders),
          "default_mrp_production_backorder_line_ids": .array(
            asking.map {
              [0, 0, ["mrp_production_id": .int(Int64($0.id)), "to_backorder": true]]
            }),
        ]))
  }
}
