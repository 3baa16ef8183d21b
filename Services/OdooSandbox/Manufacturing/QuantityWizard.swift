import JSON

/// `change.production.qty`: the supported way to change an order's quantity.
enum QuantityWizard {
  static let model = Model(
    "change.production.qty", "Change Production Qty",
    fields: [
      .many2one("mo_id", "Manufacturing Order", "mrp.production").required.cascading,
      .quantity("product_qty", "Quantity To Produce").required.starting(.float(0)),
    ],
    methods: [
      "change_prod_qty": { session, call in
        for wizard in try call.records(session) { try change(wizard) }
        return [:]
      }
    ],
    displayName: { $0.reference("mo_id")?.displayName ?? "" })

  private static func change(_ wizard: Record) throws {
    guard let order = wizard.reference("mo_id") else { return }
    let old = order.float("product_qty")
    let new = wizard.float("product_qty")
    guard Production.isOpen(order) else { return }
    try ProductionCreation.checkPositive(new)
    let raw = order.records("move_raw_ids").filter(Move.isOpen)
    for move in raw {
      let demand = Rounding.round(
        move.float("product_uom_qty") * new / old, to: Move.rounding(move), .up)
      if demand > 0 { try MoveQuantity.setDemand(move, to: demand) }
    }
    if order.text("state") != "draft" { try Reservation.assign(raw) }
    let finished = order.records("move_finished_ids").filter(Move.isOpen)
    for move in finished {
      let factor = MoveOfProduction.unitFactor(move)
      try MoveQuantity.setDemand(move, to: move.float("product_uom_qty") + (new - old) * factor)
    }
    if order.text("state") != "draft" { try Reservation.assign(finished) }
    order.set("product_qty", .float(new))
    if !Rounding.isZero(order.float("qty_producing"), Production.rounding(order)) {
      order.set("qty_producing", .float(new))
      try ProductionReport.setConsumption(order)
    }
    for work in order.records("workorder_ids") { adapt(work) }
  }

  private static func adapt(_ work: Record) {
    if !["done", "cancel"].contains(work.text("state")) {
      work.set("duration_expected", .float(WorkOrder.expectedMinutes(work)))
    }
    if work.text("state") == "done", work.float("qty_produced") < work.float("qty_production") {
      work.set("state", .text("progress"))
    } else if work.text("state") == "progress",
      work.float("qty_produced") == work.float("qty_production")
    {
      work.set("state", .text("done"))
    }
  }
}
