import JSON

/// Who delivers what, at which price and how fast: the lines of a vendor's price list.
enum SupplierInfo {
  static let model = Model(
    "product.supplierinfo", "Supplier Pricelist", order: "sequence, min_qty desc, price, id",
    fields: [
      .many2one("partner_id", "Vendor", "res.partner").required.cascading,
      .many2one("product_tmpl_id", "Product Template", "product.template").cascading,
      .many2one("product_id", "Product Variant", "product.product"),
      .char("product_name", "Vendor Product Name"), .char("product_code", "Vendor Product Code"),
      .integer("sequence", "Sequence").starting(.integer(1)),
      .quantity("min_qty", "Quantity").required.starting(.float(0)),
      .float("price", "Price", digits: 2).required.starting(.float(0)),
      .many2one("product_uom", "Unit of Measure", "uom.uom").computed {
        $0.reference("product_tmpl_id")?.value("uom_po_id") ?? .none
      },
      .many2one("currency_id", "Currency", "res.currency").required.starting { session in
        session.company?.value("currency_id") ?? .none
      },
      // Days from the order to the delivery.
      .integer("delay", "Delivery Lead Time").required.starting(.integer(1)),
      .date("date_start", "Start Date"), .date("date_end", "End Date"),
      .many2one("company_id", "Company", "res.company").starting { .reference($0.company) },
    ],
    hooks: .init(
      creating: { session, values in completeTemplate(&values, session) },
      writing: { session, _, values, proceed in
        var values = values
        completeTemplate(&values, session)
        try proceed(values)
      }),
    displayName: { $0.reference("partner_id")?.displayName ?? "" })

  /// A line for one variant belongs to its template too.
  private static func completeTemplate(_ values: inout WrittenValues, _ session: Session) {
    guard values["product_tmpl_id"] == nil,
      case .value(.reference(let variant)) = values["product_id"]
    else { return }
    values["product_tmpl_id"] = .value(
      session.record("product.product", variant).value("product_tmpl_id"))
  }
}
