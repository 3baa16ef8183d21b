import JSON

/// Bills of materials: what goes into a product, and by which operations.
enum BillOfMaterials {
  static let model = Model(
    "mrp.bom", "Bill of Material", order: "sequence, id",
    fields: [
      .char("code", "Reference"), .integer("sequence", "Sequence"),
      .selection(
        "type", "BoM Type",
        [
          "normal": "Manufacture this product", "phantom": "Kit", "subcontract": "Subcontracting",
        ]
      ).required.starting(.text("normal")),
      .many2one("product_tmpl_id", "Product", "product.template").required,
      .many2one("product_id", "Product Variant", "product.product"),
      .quantity("product_qty", "Quantity").required.starting(.float(1)),
      .many2one("product_uom_id", "Unit of Measure", "uom.uom").required,
      .selection(
        "consumption", "Flexible Consumption",
        ["flexible": "Allowed", "warning": "Allowed with warning", "strict": "Blocked"]
      ).required.starting(.text("warning")),
      .selection(
        "ready_to_produce", "Manufacturing Readiness",
        [
          "all_available": "When all components are available",
          "asap": "When components for 1st operation are available",
        ]
      ).required.starting(.text("all_available")),
      .integer("produce_delay", "Manufacturing Lead Time"),
      .many2one("company_id", "Company", "res.company").starting { .reference($0.company) },
      .one2many("bom_line_ids", "BoM Lines", "mrp.bom.line", by: "bom_id"),
      .one2many("byproduct_ids", "By-products", "mrp.bom.byproduct", by: "bom_id"),
      .one2many("operation_ids", "Operations", "mrp.routing.workcenter", by: "bom_id"),
      .boolean("active", "Active").starting(.boolean(true)),
    ],
    hooks: .init(
      creating: { session, values in
        if values["product_tmpl_id"] == nil, case .value(.reference(let id)) = values["product_id"]
        {
          values["product_tmpl_id"] = .value(
            session.record("product.product", id).value("product_tmpl_id"))
        }
        if values["product_uom_id"] == nil,
          case .value(.reference(let id)) = values["product_tmpl_id"]
        {
          values["product_uom_id"] = .value(session.record("product.template", id).value("uom_id"))
        }
      },
      archived: { bom, isActive in
        try bom.session.write(
          bom.records("operation_ids"), ["active": .value(.boolean(isActive))])
      }),
    displayName: { bom in
      let product = bom.reference("product_tmpl_id")?.displayName ?? ""
      let code = bom.text("code")
      return code.isEmpty ? product : "\(code): \(product)"
    })

  static let line = Model(
    "mrp.bom.line", "Bill of Material Line", order: "sequence, id",
    fields: [
      .many2one("bom_id", "Parent BoM", "mrp.bom").required.cascading,
      .many2one("company_id", "Company", "res.company").computed {
        $0.reference("bom_id")?.value("company_id") ?? .none
      },
      .many2one("product_id", "Component", "product.product").required,
      .quantity("product_qty", "Quantity").required.starting(.float(1)),
      .many2one("product_uom_id", "Product Unit of Measure", "uom.uom").required,
      .integer("sequence", "Sequence").starting(.integer(1)),
      .many2one("operation_id", "Consumed in Operation", "mrp.routing.workcenter"),
      .boolean("manual_consumption", "Manual Consumption").starting(.boolean(false)),
    ],
    hooks: .init(creating: completeUnit),
    displayName: { $0.reference("product_id")?.displayName ?? "" })

  static let byproduct = Model(
    "mrp.bom.byproduct", "Byproduct", order: "sequence, id",
    fields: [
      .many2one("bom_id", "BoM", "mrp.bom").required.cascading,
      .many2one("company_id", "Company", "res.company").computed {
        $0.reference("bom_id")?.value("company_id") ?? .none
      },
      .many2one("product_id", "By-product", "product.product").required,
      .quantity("product_qty", "Quantity").required.starting(.float(1)),
      .many2one("product_uom_id", "Unit of Measure", "uom.uom").required,
      .integer("sequence", "Sequence"),
      .many2one("operation_id", "Produced in Operation", "mrp.routing.workcenter"),
      .float("cost_share", "Cost Share (%)").starting(.float(0)),
    ],
    hooks: .init(creating: completeUnit),
    displayName: { $0.reference("product_id")?.displayName ?? "" })

  static let operation = Model(
    "mrp.routing.workcenter", "Work Center Usage", order: "bom_id, sequence, id",
    fields: [
      .many2one("bom_id", "Bill of Material", "mrp.bom").required.cascading,
      .many2one("company_id", "Company", "res.company").computed {
        $0.reference("bom_id")?.value("company_id") ?? .none
      },
      .char("name", "Operation").required,
      .many2one("workcenter_id", "Work Center", "mrp.workcenter").required,
      .integer("sequence", "Sequence").starting(.integer(100)),
      .selection(
        "time_mode", "Duration Computation",
        ["auto": "Compute based on tracked time", "manual": "Set duration manually"]
      ).starting(.text("manual")),
      // Minutes for one piece (one load of the work centre).
      .float("time_cycle_manual", "Manual Duration").starting(.float(60)),
      .float("time_cycle", "Duration").computed { $0.value("time_cycle_manual") },
      .many2many("blocked_by_operation_ids", "Blocked By", "mrp.routing.workcenter"),
      .boolean("active", "Active").starting(.boolean(true)),
    ])

  private static let completeUnit: @Sendable (Session, inout WrittenValues) throws -> Void = {
    session, values in
    guard values["product_uom_id"] == nil, case .value(.reference(let id)) = values["product_id"]
    else { return }
    values["product_uom_id"] = .value(session.record("product.product", id).value("uom_id"))
  }

  /// The bill by which a product is made, or the kit it stands for.
  static func find(for product: Record, type: String = "normal") -> Record? {
    let template = product.reference("product_tmpl_id")
    return product.session.search(
      product.session.model("mrp.bom"),
      .leaf(
        .init(path: ["product_tmpl_id"], operation: .equal, operand: .int(Int64(template?.id ?? 0)))
      )
    )
    .filter { $0.text("type") == type }
    .filter { $0.value("product_id") == .none || $0.value("product_id").id == product.id }
    .sorted {
      ($0.value("product_id") == .none ? 1 : 0) < ($1.value("product_id") == .none ? 1 : 0)
    }
    .first
  }

  /// One component of an order.
  struct Component {
    let line: Record
    let product: Record
    /// In the line's unit, rounded up to its rounding.
    let quantity: Double
  }

  /// Deepest nesting of kits in kits that is followed.
  private static let maximumKitDepth = 16

  /// The components for a quantity of the bill's product. Kits are replaced by their parts.
  static func explode(
    _ bom: Record, quantity: Double, unit: Record?, depth: Int = 0
  ) -> [Component] {
    let factor =
      Unit.convert(quantity, from: unit, to: bom.reference("product_uom_id"))
      / bom.float("product_qty")
    return bom.records("bom_line_ids").flatMap { line -> [Component] in
      guard let product = line.reference("product_id") else { return [] }
      let lineUnit = line.reference("product_uom_id")
      let amount = Rounding.round(
        factor * line.float("product_qty"), to: lineUnit?.float("rounding") ?? 0.01, .up)
      if depth < maximumKitDepth, let kit = find(for: product, type: "phantom") {
        return explode(kit, quantity: amount, unit: lineUnit, depth: depth + 1)
      }
      return [Component(line: line, product: product, quantity: amount)]
    }
  }
}
