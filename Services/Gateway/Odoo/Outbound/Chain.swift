import Values

/// An order and its backorders as Odoo holds them: one procurement group, read in two or three
/// calls.
struct Chain: Sendable, Hashable {
  /// The orders by backorder sequence, then id.
  var orders: [ChainOrder]
  /// Their stock moves by id.
  var moves: [ChainMove]
  /// Their work orders by id; empty when the released order has none.
  var workOrders: [ChainWorkOrder]

  /// The orders that can still be booked on.
  var openOrders: [ChainOrder] { orders.filter(\.state.isOpen) }

  /// The raw moves of an order that are neither done nor cancelled, by id.
  func openRawMoves(of order: Int64) -> [ChainMove] {
    moves.filter { $0.role == .raw(order) && $0.state == .open && !$0.isScrap }
  }

  /// The finished product's moves of an order that are neither done nor cancelled, by id.
  func openFinishedMoves(of order: Int64, product: Int64) -> [ChainMove] {
    moves.filter {
      $0.role == .finished(order) && $0.state == .open && !$0.isScrap && $0.productID == product
    }
  }
}

/// A manufacturing order's state.
enum ChainOrderState: String, Sendable, Hashable {
  case draft, confirmed, progress
  case toClose = "to_close"
  case done, cancel

  /// Whether quantities can be booked on it.
  var isOpen: Bool { self == .confirmed || self == .progress || self == .toClose }
}

/// One manufacturing order of a chain.
struct ChainOrder: Sendable, Hashable {
  var id: Int64
  var name: String
  var state: ChainOrderState
  /// Odoo's planned quantity of this order.
  var planned: Quantity
  /// What is entered as being produced; 0 means that nothing is entered.
  var producing: Quantity
  var unitID: Int64
}

/// How far a stock move is.
enum ChainMoveState: Sendable, Hashable {
  case open, done, cancelled

  /// The state of Odoo's word; `nil` for one that is not known.
  init?(_ text: String) {
    switch text {
    case "draft", "waiting", "confirmed", "partially_available", "assigned": self = .open
    case "done": self = .done
    case "cancel": self = .cancelled
    default: return nil
    }
  }
}

/// One stock move of a chain.
struct ChainMove: Sendable, Hashable {
  /// On which side of which order it stands.
  enum Role: Sendable, Hashable {
    case raw(Int64)
    case finished(Int64)
  }

  var id: Int64
  var role: Role
  var productID: Int64
  var unitID: Int64
  /// What the plan demands.
  var demand: Quantity
  /// Reserved (not picked), entered (picked) or booked (done).
  var quantity: Quantity
  /// Whether the quantity was entered rather than reserved.
  var isPicked: Bool
  var state: ChainMoveState
  /// A scrap document's move: it carries the order and is not part of its demand.
  var isScrap: Bool

  var key: ComponentKey { ComponentKey(productID: productID, unitID: unitID) }
}

/// One work order of a chain.
struct ChainWorkOrder: Sendable, Hashable {
  var id: Int64
  var orderID: Int64
  var operationID: Int64?
  var name: String
  /// Whether its quantity can still be written: Odoo refuses it on finished and cancelled ones.
  var isOpen: Bool
  /// What it says was produced.
  var produced: Quantity
}
