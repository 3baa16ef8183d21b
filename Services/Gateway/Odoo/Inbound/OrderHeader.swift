import JSON
import Values

/// A manufacturing order as a poll sees it.
struct OrderHeader: Sendable, Hashable {
  var id: Int64
  var name: String
  var state: ChainOrderState
  var productID: Int64
  var planned: Quantity
  var unitID: Int64
  /// When it should start; `nil` when Odoo has no date.
  var startAt: Instant?
  /// When it must be finished; `nil` when Odoo has no date.
  var dueAt: Instant?
  /// What its backorders share; `nil` in a draft.
  var groupID: Int64?
  /// As Odoo spells it, in whole seconds.
  var writeDate: String

  static let fields = [
    "name", "state", "product_id", "product_qty", "product_uom_id", "date_start",
    "date_deadline", "procurement_group_id", "write_date",
  ]

  init(_ row: OdooRow) throws(OdooFailure) {
    guard let state = ChainOrderState(rawValue: try row.text("state")) else {
      throw row.wrong("state")
    }
    id = try row.id()
    name = try row.text("name")
    self.state = state
    productID = try row.required("product_id")
    planned = try row.quantity("product_qty")
    unitID = try row.required("product_uom_id")
    startAt = try row.instant("date_start")
    dueAt = try row.instant("date_deadline")
    groupID = try row.reference("procurement_group_id")
    writeDate = try row.text("write_date")
    guard CivilTime(text: writeDate) != nil else { throw row.wrong("write_date") }
  }

  /// Everything but the time of writing: what is the same has been seen.
  var content: String {
    JSONValue.array([
      .string(name), .string(state.rawValue), .int(productID), .int(planned.millionths),
      .int(unitID), .int(startAt?.microseconds ?? 0), .int(dueAt?.microseconds ?? 0),
      .int(groupID ?? 0),
    ]).text
  }
}
