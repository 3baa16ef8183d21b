import JSON

/// Units, categories, products.
enum ProductModels {
  static let all: [Model] = [
    unitCategory, Unit.model, category, ProductTemplate.model, Product.model,
  ]

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
    ])
}
