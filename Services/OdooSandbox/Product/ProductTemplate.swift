import JSON

/// Product templates. Every product here has exactly one variant.
enum ProductTemplate {
  /// Fields that a template and its variant share; kept on the template.
  static func shared(_ version: OdooVersion) -> [Field] { ProductType.fields(version) + always }

  private static let always: [Field] = [
    .char("name", "Name").required,
    .many2one("uom_id", "Unit of Measure", "uom.uom").required,
    .many2one("uom_po_id", "Purchase UoM", "uom.uom").required,
    .many2one("categ_id", "Product Category", "product.category"),
    .float("list_price", "Sales Price").starting(.float(1)),
    .boolean("use_expiration_date", "Use Expiration Date").starting(.boolean(false)),
    .integer("expiration_time", "Expiration Date"),
    // Usually none: products are for all companies.
    .many2one("company_id", "Company", "res.company"),
    .boolean("sale_ok", "Can be Sold").starting(.boolean(true)),
    .boolean("purchase_ok", "Can be Purchased").starting(.boolean(true)),
    .float("weight", "Weight", digits: 2).starting(.float(0)),
    .float("volume", "Volume", digits: 2).starting(.float(0)),
  ]

  /// Fields that belong to the variant and are reached through the template.
  static let ofVariant: [Field] = [
    .char("default_code", "Internal Reference"), .char("barcode", "Barcode"),
    .float("standard_price", "Cost"),
  ]

  static func model(_ version: OdooVersion) -> Model {
    Model(
      "product.template", "Product", order: "name,id",
      fields: shared(version) + ofVariant + own,
      indexedTexts: ["barcode", "default_code"], hooks: hooks,
      displayName: { label($0.text("default_code"), $0.text("name")) })
  }

  private static let own: [Field] = [
    .boolean("active", "Active").starting(.boolean(true)),
    .one2many("product_variant_ids", "Products", "product.product", by: "product_tmpl_id"),
    .many2one("product_variant_id", "Product", "product.product").computed { template in
      .reference(template.records("product_variant_ids").first)
    },
    .one2many("seller_ids", "Vendors", "product.supplierinfo", by: "product_tmpl_id"),
  ]

  private static let hooks = Model.Hooks(
    creating: { session, values in
      ProductType.complete(&values)
      try complete(&values, session)
    },
    created: { template, _ in
      try checkBarcode(template)
      if !template.session.isSet(variantFollows) {
        template.session.insert("product.product", ["product_tmpl_id": .reference(template.id)])
      }
    },
    writing: { session, templates, values, proceed in
      var values = values
      ProductType.complete(&values)
      try proceed(values)
      for template in templates {
        try checkUnits(template)
        try checkBarcode(template)
        // Reading the variant shows the template's values, and its date moves along.
        for variant in template.records("product_variant_ids") {
          session.touch(variant)
          if case .value(let active) = values["active"] { variant.set("active", active) }
        }
      }
    })

  /// Context key: the caller makes the variant itself.
  static let variantFollows = "create_product_product"

  /// `[CODE] Name`.
  static func label(_ code: String, _ name: String) -> String {
    code.isEmpty ? name : "[\(code)] \(name)"
  }

  /// Units that were not given.
  static func complete(_ values: inout WrittenValues, _ session: Session) throws {
    if values["uom_id"] == nil, let unit = session.database.externalIDs["uom.product_uom_unit"] {
      values["uom_id"] = .value(.reference(unit.id))
    }
    if values["uom_po_id"] == nil { values["uom_po_id"] = values["uom_id"] }
    if values["categ_id"] == nil,
      let all = session.database.externalIDs["product.product_category_all"]
    {
      values["categ_id"] = .value(.reference(all.id))
    }
    func category(_ name: String) -> Int? {
      guard case .value(.reference(let id)) = values[name] else { return nil }
      return session.record("uom.uom", id).reference("category_id")?.id
    }
    guard category("uom_id") == category("uom_po_id") else { throw differentCategories }
  }

  private static func checkUnits(_ template: Record) throws {
    let unit = template.reference("uom_id")?.reference("category_id")
    guard unit == template.reference("uom_po_id")?.reference("category_id") else {
      throw differentCategories
    }
  }

  private static let differentCategories = OdooError.validation(
    "The default Unit of Measure and the purchase Unit of Measure must be in the same category.")

  private static func checkBarcode(_ template: Record) throws {
    let code = template.text("barcode")
    guard !code.isEmpty else { return }
    let same = template.session.find("product.template", "barcode", .string(code))
    guard same.count > 1 else { return }
    let isOld = template.session.database.registry.version == .v17
    throw OdooError.validation(
      "Barcode(s) already assigned:\n\n- Barcode \"\(code)\" already assigned to product(s): "
        + same.map(\.displayName).sorted().joined(separator: isOld ? ", " : " and ")
        + "\n\nNote: products that you don't have access to will not be shown above.")
  }
}
