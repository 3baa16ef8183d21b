/// Places, lots, quants, moves.
enum StockModels {
  static let all: [Model] = [
    Location.model, Warehouse.model, OperationType.model, Lot.model, Quant.model, Move.model,
    MoveLine.model, Scrap.model, Scrap.reason, Scrap.insufficientQuantityWizard, procurementGroup,
  ]

  /// What holds an order and its backorders together.
  static let procurementGroup = Model(
    "procurement.group", "Procurement Group",
    fields: [
      .char("name", "Reference").required,
      .one2many(
        "mrp_production_ids", "Manufacturing Orders", "mrp.production", by: "procurement_group_id"),
    ])
}
