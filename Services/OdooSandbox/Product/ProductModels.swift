import JSON

/// Units, categories, products.
enum ProductModels {
  static func all(_ version: OdooVersion) -> [Model] {
    [
      unitCategory, Unit.model, category, ProductTemplate.model(version), Product.model(version),
      SupplierInfo.model,
    ]
  }

  static let unitCategory = Model(
    "uom.category", "Product UoM Categories",
    fields: [.char("name", "Unit of Measure Category").required])

  static let category = Model(
    "product.category", "Product Category", order: "name,id",
    fields: [
      .char("name", "Name").required,
      .selection(
        "property_cost_method", "Costing Method",
        [
          "standard": "Standard Price", "fifo": "First In First Out (FIFO)",
          "average": "Average Cost (AVCO)",
        ]
      ).starting(.text("standard")),
      .selection(
        "property_valuation", "Inventory Valuation",
        ["manual_periodic": "Manual", "real_time": "Automated"]
      ).starting(.text("manual_periodic")),
      .many2one("property_stock_valuation_account_id", "Stock Valuation Account", "account.account")
        .starting { .reference($0.record(named: AccountModels.valuationAccount)) },
      .many2one("property_stock_journal", "Stock Journal", "account.journal")
        .starting { .reference($0.record(named: AccountModels.valuationJournal)) },
    ])
}
