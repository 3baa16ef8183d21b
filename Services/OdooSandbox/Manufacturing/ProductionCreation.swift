import JSON

/// Making orders: the bill's components and operations become moves and work orders.
enum ProductionCreation {
  static func complete(_ session: Session, _ values: inout WrittenValues) throws {
    func id(_ name: String) -> Int? {
      guard case .value(.reference(let id)) = values[name] else { return nil }
      return id
    }
    func fill(_ name: String, _ value: FieldValue) {
      if values[name] == nil { values[name] = .value(value) }
    }
    if id("product_id") == nil, let bom = id("bom_id") {
      let template = session.record("mrp.bom", bom).reference("product_tmpl_id")
      fill("product_id", .reference(template?.records("product_variant_ids").first))
    }
    guard let product = id("product_id").map({ session.record("product.product", $0) }) else {
      throw OdooError.mandatory(Production.model, try Production.model.field("product_id"))
    }
    let bom =
      id("bom_id").map { session.record("mrp.bom", $0) }
      ?? (values["bom_id"] == nil ? BillOfMaterials.find(for: product) : nil)
    fill("bom_id", .reference(bom))
    fill("product_qty", bom?.value("product_qty") ?? .float(1))
    fill("product_uom_id", bom?.value("product_uom_id") ?? product.value("uom_id"))
    try checkQuantity(values)
    let type =
      id("picking_type_id").map { session.record("stock.picking.type", $0) }
      ?? session.find("stock.picking.type", "code", "mrp_operation").first
    fill("picking_type_id", .reference(type))
    fill("location_src_id", type?.value("default_location_src_id") ?? .none)
    fill("location_dest_id", type?.value("default_location_dest_id") ?? .none)
    fill(
      "production_location_id",
      .reference(session.find("stock.location", "usage", "production").first))
    fill("company_id", .reference(1))
    if let type { fill("name", .text(OperationType.nextName(type))) }
    if values["procurement_group_id"] == nil, case .value(let name) = values["name"] {
      let group = session.insert("procurement.group", ["name": name])
      values["procurement_group_id"] = .value(.reference(group.id))
    }
  }

  private static func checkQuantity(_ values: WrittenValues) throws {
    guard case .value(.float(let quantity)) = values["product_qty"] else { return }
    try checkPositive(quantity)
  }

  /// The database's own rule for `product_qty`.
  static func checkPositive(_ quantity: Double) throws {
    guard Rounding.round(quantity, decimals: Field.quantityDigits) > 0 else {
      throw OdooError.constraint("The quantity to produce must be positive!")
    }
  }

  static func explode(_ order: Record, _ values: WrittenValues) throws {
    let hasOwn = { (name: String) in values[name] != nil }
    if !hasOwn("move_raw_ids") { addComponents(to: order) }
    if !hasOwn("workorder_ids") { addWorkOrders(to: order) }
    if !hasOwn("move_finished_ids") { addFinished(to: order) }
    order.session.flush()
    for move in order.records("move_finished_ids") {
      move.set("date", order.value("date_finished"))
    }
  }

  /// The components by the bill, for the order's whole quantity.
  static func components(of order: Record) -> [BillOfMaterials.Component] {
    guard let bom = order.reference("bom_id") else { return [] }
    return BillOfMaterials.explode(
      bom, quantity: order.float("product_qty"), unit: order.reference("product_uom_id"))
  }

  private static func addComponents(to order: Record) {
    for component in components(of: order) {
      order.session.insert(
        "stock.move",
        common(order).merging([
          "raw_material_production_id": .reference(order.id),
          "product_id": .reference(component.product.id),
          "product_uom": component.line.value("product_uom_id"),
          "product_uom_qty": .float(component.quantity),
          "bom_line_id": .reference(component.line.id),
          "operation_id": component.line.value("operation_id"),
          "manual_consumption": component.line.value("manual_consumption"),
          "sequence": component.line.value("sequence"), "date": order.value("date_start"),
          "date_deadline": order.value("date_start"),
          "location_id": order.value("location_src_id"),
          "location_dest_id": order.value("production_location_id"),
        ]) { $1 })
    }
  }

  private static func addWorkOrders(to order: Record) {
    for operation in order.reference("bom_id")?.records("operation_ids") ?? [] {
      order.session.insert(
        "mrp.workorder",
        [
          "name": operation.value("name"), "production_id": .reference(order.id),
          "workcenter_id": operation.value("workcenter_id"),
          "operation_id": .reference(operation.id), "sequence": operation.value("sequence"),
        ])
    }
  }

  private static func addFinished(to order: Record) {
    let session = order.session
    var finished = common(order)
    finished["production_id"] = .reference(order.id)
    finished["location_id"] = order.value("production_location_id")
    finished["location_dest_id"] = order.value("location_dest_id")
    finished["date_deadline"] = order.value("date_deadline")
    session.insert(
      "stock.move",
      finished.merging([
        "product_id": order.value("product_id"), "product_uom": order.value("product_uom_id"),
        "product_uom_qty": order.value("product_qty"),
      ]) { $1 })
    guard let bom = order.reference("bom_id") else { return }
    let factor =
      Unit.convert(
        order.float("product_qty"), from: order.reference("product_uom_id"),
        to: bom.reference("product_uom_id")) / bom.float("product_qty")
    for byproduct in bom.records("byproduct_ids") {
      session.insert(
        "stock.move",
        finished.merging([
          "product_id": byproduct.value("product_id"),
          "product_uom": byproduct.value("product_uom_id"),
          "product_uom_qty": .float(factor * byproduct.float("product_qty")),
          "operation_id": byproduct.value("operation_id"),
          "cost_share": byproduct.value("cost_share"),
        ]) { $1 })
    }
  }

  private static func common(_ order: Record) -> [String: FieldValue] {
    [
      "name": order.value("name"), "reference": order.value("name"),
      "origin": order.value("name"), "group_id": order.value("procurement_group_id"),
    ]
  }
}
