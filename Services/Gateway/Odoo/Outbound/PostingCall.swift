import JSON
import Values

/// The few things that are ever written to Odoo for an order. All are absolute: said twice they
/// mean the same.
///
/// There is no closing with a backorder: today an order is booked once, at its final report, and
/// what was not made then is not made.
enum PostingCall: Sendable, Hashable {
  /// What work orders have produced. Books nothing and leaves reservations alone.
  case state(workOrders: [Int64], quantity: Quantity)
  /// What is to be booked: header, every open raw move, work orders, in one guarded write. Changes
  /// no stock.
  case write(OrderWrite)
  /// Posts what was written and closes the order; what it does not reach is not made.
  case close(order: Int64, quantity: Quantity)
  /// Ends an order on which nothing is left to book.
  case cancel(order: Int64)
}

/// One guarded write on an order (`W(n)` in the contract).
struct OrderWrite: Sendable, Hashable {
  /// A move's entered quantity, with the unit that guards it.
  struct Move: Sendable, Hashable {
    var id: Int64
    /// Unchanged; Odoo refuses to write a unit on a posted move, and with it the whole call.
    var unitID: Int64
    var quantity: Quantity
  }

  /// A work order's produced quantity.
  struct WorkOrder: Sendable, Hashable {
    var id: Int64
    var produced: Quantity
  }

  var orderID: Int64
  /// The finished quantity, above zero.
  var producing: Quantity
  /// Every open raw move, explicit zeros included.
  var rawMoves: [Move]
  /// The finished move, only for an order without open raw moves: it carries the guard.
  var finishedMove: Move?
  /// Work orders whose quantity differs.
  var workOrders: [WorkOrder]
}

extension PostingCall {
  /// Skips the questions of the screen: consumption is stated, a rest is dropped, no document is
  /// opened.
  static let closeContext: JSONValue = [
    "skip_backorder": true, "skip_consumption": true, "skip_redirection": true,
  ]

  /// The call as Odoo takes it.
  var call: OdooCall {
    switch self {
    case .state(let workOrders, let quantity):
      OdooCall(
        model: "mrp.workorder", method: "write",
        arguments: [OdooCall.ids(workOrders), ["qty_produced": quantity.json]])
    case .write(let write):
      OdooCall(
        model: "mrp.production", method: "write",
        arguments: [OdooCall.ids([write.orderID]), write.values])
    case .close(let order, _):
      OdooCall(
        model: "mrp.production", method: "button_mark_done", arguments: [OdooCall.ids([order])],
        keywords: ["context": Self.closeContext])
    case .cancel(let order):
      OdooCall(
        model: "mrp.production", method: "action_cancel", arguments: [OdooCall.ids([order])])
    }
  }

  /// Whether it leads to a booking (as opposed to a statement of progress).
  var isBooking: Bool {
    if case .state = self { false } else { true }
  }

  /// Text that is the same for the same call: how a refused one is recognised later.
  var fingerprint: String {
    let call = call
    return JSONValue.array([
      .string(call.model), .string(call.method), .array(call.arguments), .string(closing),
    ]).text
  }

  /// Closing at another quantity is another call, though Odoo is sent the same.
  private var closing: String {
    if case .close(_, let quantity) = self { quantity.description } else { "" }
  }
}

extension OrderWrite {
  fileprivate var values: JSONValue {
    var values: [String: JSONValue] = ["qty_producing": producing.json]
    if !rawMoves.isEmpty {
      values["move_raw_ids"] = .array(
        rawMoves.map { [1, .int($0.id), .object($0.values.merging(["picked": true]) { $1 })] })
    }
    if let finishedMove {
      values["move_finished_ids"] = [[1, .int(finishedMove.id), .object(finishedMove.values)]]
    }
    if !workOrders.isEmpty {
      values["workorder_ids"] = .array(
        workOrders.map { [1, .int($0.id), ["qty_produced": $0.produced.json]] })
    }
    return .object(values)
  }
}

extension OrderWrite.Move {
  fileprivate var values: [String: JSONValue] {
    ["quantity": quantity.json, "product_uom": .int(unitID)]
  }
}

extension Quantity {
  /// As Odoo writes quantities: a JSON float.
  var json: JSONValue { .double(nearestDouble) }
}
