import JSON

/// Product variants: what stock, orders and moves speak of.
enum Product {
  static func model(_ version: OdooVersion) -> Model {
    Model(
      "product.product", "Product Variant", order: "default_code, name, id",
      fields: [
        .many2one("product_tmpl_id", "Product Template", "product.template").required.cascading,
        .boolean("active", "Active").starting(.boolean(true)),
      ] + (ProductTemplate.shared(version) + ProductTemplate.ofVariant).map(delegated) + [
        quantity("qty_available", "Quantity On Hand") { $0.quantity },
        quantity("free_qty", "Free To Use Quantity") { $0.quantity - $0.reserved },
      ],
      hooks: hooks,
      displayName: { ProductTemplate.label($0.text("default_code"), $0.text("name")) })
  }

  private static let hooks = Model.Hooks(
    creating: { session, values in
      // A variant is made with its template; the shared values go there.
      guard values["product_tmpl_id"] == nil else { return }
      let template = try session.with([ProductTemplate.variantFollows: true])
        .create(session.model("product.template"), values)
      values = ["product_tmpl_id": .value(.reference(template.id))]
    },
    writing: { session, products, values, proceed in
      let own = values.filter { ["active", "product_tmpl_id"].contains($0.key) }
      let shared = values.filter { !["active", "product_tmpl_id"].contains($0.key) }
      try proceed(own)
      guard !shared.isEmpty else { return }
      try session.write(products.compactMap { $0.reference("product_tmpl_id") }, shared)
    },
    // A template does not outlive its last variant.
    deleted: { session, rows in
      for id in Set(rows.compactMap { $0["product_tmpl_id"].id }).sorted() {
        let template = session.record("product.template", id)
        if template.exists, template.records("product_variant_ids").isEmpty {
          try session.delete([template])
        }
      }
    },
    archived: { product, isActive in
      guard let template = product.reference("product_tmpl_id") else { return }
      try product.session.write([template], ["active": .value(.boolean(isActive))])
    })

  /// The same field, kept on the template.
  private static func delegated(_ field: Field) -> Field {
    let name = field.name
    var plain = Field(name: name, label: field.label, kind: field.kind)
    plain.delegate = "product_tmpl_id"
    return plain.computed { $0.reference("product_tmpl_id")?.value(name) ?? .none }
  }

  private static func quantity(
    _ name: String, _ label: String,
    _ pick: @escaping @Sendable ((quantity: Double, reserved: Double)) -> Double
  ) -> Field {
    .quantity(name, label).computed { product in
      let quants = product.session.database.ids(
        "stock.quant", where: "product_id", isOneOf: [product.id])
      let internalQuants = (quants ?? []).map { product.session.record("stock.quant", $0) }
        .filter { $0.reference("location_id")?.text("usage") == "internal" }
      return .float(
        pick(
          (
            internalQuants.reduce(0) { $0 + $1.float("quantity") },
            internalQuants.reduce(0) { $0 + $1.float("reserved_quantity") }
          )))
    }
  }

  /// Whether stock is kept of it.
  static func isStorable(_ product: Record) -> Bool {
    product.text("type") == "product"
      || product.text("type") == "consu" && product.flag("is_storable")
  }
}
