import JSON
import Values

@testable import GatewayOdoo

/// A small model of one chain in Odoo 18, by the contract's §3.11: enough to try every order of
/// events quickly. It counts what must never happen: an edit of a posted move.
final class OdooModel {
  private(set) var chain = Chain(orders: [], moves: [], workOrders: [])
  private(set) var editsOfPostedMoves = 0
  private var nextID: Int64 = 100
  let plan: ReleasedOrder

  static let product: Int64 = 9
  static let steel = ComponentKey(productID: 6, unitID: 1)
  static let screw = ComponentKey(productID: 7, unitID: 1)

  /// An order of `planned` pieces: 2 of steel and 4 screws each, `workOrders` operations.
  init(planned: Int64 = 10, workOrders: Int = 2, perPiece: [(ComponentKey, Int64)]? = nil) {
    let lines = perPiece ?? [(Self.steel, 2), (Self.screw, 4)]
    plan = ReleasedOrder(
      name: "WH/MO/00001", odooID: 1, groupID: 5, productID: Self.product, unitID: 1,
      unit: "Units", rounding: "0.01", planned: .of(planned),
      components: lines.enumerated().map { index, line in
        ReleasedOrder.Component(
          line: Int32(index + 1), itemCode: "RM-\(line.0.productID)", key: line.0,
          rounding: "0.01")
      },
      operations: (0..<workOrders).map {
        ReleasedOrder.Operation(
          code: "OP\($0)",
          key: OperationKey(operationID: Int64($0 + 1), name: "", occurrence: 0))
      },
      reportingOperation: workOrders == 0 ? "" : "OP\(workOrders - 1)", closedBefore: [])
    addOrder(id: 1, planned: .of(planned), perPiece: lines, workOrders: workOrders)
    self.lines = lines
  }

  private var lines: [(ComponentKey, Int64)] = []

  private func addOrder(
    id: Int64, planned: Quantity, perPiece: [(ComponentKey, Int64)], workOrders: Int
  ) {
    chain.orders.append(
      ChainOrder(
        id: id, name: "WH/MO/00001-\(id)", state: .confirmed, planned: planned, producing: .zero,
        unitID: 1))
    for (key, factor) in perPiece {
      addMove(.raw(id), key, demand: planned.times(factor))
    }
    addMove(.finished(id), ComponentKey(productID: Self.product, unitID: 1), demand: planned)
    for index in 0..<workOrders {
      chain.workOrders.append(
        ChainWorkOrder(
          id: newID(), orderID: id, operationID: Int64(index + 1), name: "Op \(index)",
          isOpen: true, produced: .zero))
    }
  }

  private func addMove(_ role: ChainMove.Role, _ key: ComponentKey, demand: Quantity) {
    chain.moves.append(
      ChainMove(
        id: newID(), role: role, productID: key.productID, unitID: key.unitID, demand: demand,
        quantity: demand, isPicked: false, state: .open, isScrap: false))
  }

  private func newID() -> Int64 {
    nextID += 1
    return nextID
  }

  private func refusal(_ text: String) -> Result<OdooAnswer, OdooFailure> {
    .failure(.business(OdooWords(name: "odoo.exceptions.UserError", message: text)))
  }

  private func index(of order: Int64) -> Int? { chain.orders.firstIndex { $0.id == order } }

  // MARK: What Millrace sends

  func apply(_ call: PostingCall) -> Result<OdooAnswer, OdooFailure> {
    switch call {
    case .state(let ids, let quantity):
      for id in ids where chain.workOrders.contains(where: { $0.id == id && !$0.isOpen }) {
        return refusal("work order is done")
      }
      for index in chain.workOrders.indices where ids.contains(chain.workOrders[index].id) {
        chain.workOrders[index].produced = quantity
      }
    case .write(let write): return apply(write)
    case .close(let order, _): markDone(order)
    case .cancel(let order): cancel(order)
    }
    return .success(.result(true))
  }

  private func apply(_ write: OrderWrite) -> Result<OdooAnswer, OdooFailure> {
    let named = write.rawMoves + (write.finishedMove.map { [$0] } ?? [])
    for item in named {
      guard let move = chain.moves.first(where: { $0.id == item.id }) else {
        return refusal("missing move")
      }
      if move.state != .open { return refusal("the guard") }
    }
    for item in write.workOrders
    where chain.workOrders.contains(where: { $0.id == item.id && !$0.isOpen }) {
      return refusal("work order is done")
    }
    guard let index = index(of: write.orderID) else { return refusal("missing order") }
    if chain.orders[index].state == .done { editsOfPostedMoves += 1 }
    chain.orders[index].producing = write.producing
    if chain.orders[index].state == .confirmed { chain.orders[index].state = .progress }
    for item in write.rawMoves { enter(item.quantity, on: item.id) }
    for item in write.workOrders {
      for index in chain.workOrders.indices where chain.workOrders[index].id == item.id {
        chain.workOrders[index].produced = item.produced
      }
    }
    return .success(.result(true))
  }

  private func enter(_ quantity: Quantity, on move: Int64) {
    guard let index = chain.moves.firstIndex(where: { $0.id == move }) else { return }
    if chain.moves[index].state == .done { editsOfPostedMoves += 1 }
    chain.moves[index].quantity = quantity
    chain.moves[index].isPicked = true
  }

  /// `button_mark_done`, the questions skipped. A quantity of zero means "everything" (14b).
  func markDone(_ order: Int64, withBackorder: Bool = false) {
    guard let index = index(of: order), chain.orders[index].state.isOpen else { return }
    let planned = chain.orders[index].planned
    let entered = chain.orders[index].producing
    let producing = entered.isZero ? planned : entered
    let hasWorkOrders = chain.workOrders.contains { $0.orderID == order }
    for item in chain.moves.indices where chain.moves[item].state == .open {
      switch chain.moves[item].role {
      case .finished(order):
        chain.moves[item].quantity = producing
        chain.moves[item].state = .done
      case .raw(order):
        let move = chain.moves[item]
        let scaled = move.demand.scaled(producing, planned)
        let booked: Quantity =
          if entered.isZero { move.demand } else if move.isPicked {
            move.quantity
          } else { hasWorkOrders ? scaled : .zero }
        chain.moves[item].quantity = booked
        chain.moves[item].state = booked.isZero ? .cancelled : .done
      default: break
      }
    }
    chain.orders[index].producing = producing
    chain.orders[index].state = .done
    finishWorkOrders(of: order, producing)
    guard withBackorder, producing < planned else { return }
    chain.orders[index].planned = producing
    addOrder(
      id: newID(), planned: planned.minus(producing), perPiece: lines,
      workOrders: plan.operations.count)
  }

  private func finishWorkOrders(of order: Int64, _ quantity: Quantity) {
    for item in chain.workOrders.indices where chain.workOrders[item].orderID == order {
      chain.workOrders[item].isOpen = false
      if chain.workOrders[item].produced.isZero { chain.workOrders[item].produced = quantity }
    }
  }

  func cancel(_ order: Int64) {
    guard let index = index(of: order), chain.orders[index].state.isOpen else { return }
    chain.orders[index].state = .cancel
    for item in chain.moves.indices
    where chain.moves[item].role == .raw(order) || chain.moves[item].role == .finished(order) {
      chain.moves[item].state = .cancelled
      chain.moves[item].quantity = .zero
      chain.moves[item].isPicked = false
    }
    for item in chain.workOrders.indices where chain.workOrders[item].orderID == order {
      chain.workOrders[item].isOpen = false
    }
  }

  // MARK: What people do

  /// Enters a quantity as the screen does (consumption by the bill of material), and closes with a
  /// backorder.
  func person(producesPart quantity: Quantity, of order: Int64) {
    person(enters: quantity, on: order)
    markDone(order, withBackorder: true)
  }

  /// Enters a quantity as the screen does: the consumption follows by the bill of material.
  func person(enters quantity: Quantity, on order: Int64) {
    guard let index = index(of: order), chain.orders[index].state.isOpen else { return }
    chain.orders[index].producing = quantity
    for move in chain.openRawMoves(of: order) {
      enter(move.demand.scaled(quantity, chain.orders[index].planned), on: move.id)
    }
  }

  /// Types a consumption over.
  func person(consumes quantity: Quantity, ofMove move: Int64) { enter(quantity, on: move) }

  /// Types a quantity on a work order.
  func person(states quantity: Quantity, onWorkOrder id: Int64) {
    for index in chain.workOrders.indices
    where chain.workOrders[index].id == id && chain.workOrders[index].isOpen {
      chain.workOrders[index].produced = quantity
    }
  }

  /// The quantity wizard: what is entered jumps to the new plan (14j).
  func person(plans quantity: Quantity, for order: Int64) {
    guard let index = index(of: order), chain.orders[index].state.isOpen else { return }
    let old = chain.orders[index].planned
    let isEntered = !chain.orders[index].producing.isZero
    chain.orders[index].planned = quantity
    if isEntered { chain.orders[index].producing = quantity }
    for item in chain.moves.indices where chain.moves[item].state == .open {
      guard [.raw(order), .finished(order)].contains(chain.moves[item].role) else { continue }
      chain.moves[item].demand = chain.moves[item].demand.scaled(quantity, old)
      if isEntered || !chain.moves[item].isPicked {
        chain.moves[item].quantity = chain.moves[item].demand
      }
    }
  }

  /// Splits an open order in two; the first keeps its id, its moves and what is entered (14k).
  func person(splitsOff quantity: Quantity, from order: Int64) {
    guard let index = index(of: order), chain.orders[index].state.isOpen,
      quantity < chain.orders[index].planned
    else { return }
    let old = chain.orders[index].planned
    chain.orders[index].planned = old.minus(quantity)
    for item in chain.moves.indices where chain.moves[item].state == .open {
      guard [.raw(order), .finished(order)].contains(chain.moves[item].role) else { continue }
      chain.moves[item].demand = chain.moves[item].demand.scaled(old.minus(quantity), old)
    }
    addOrder(
      id: newID(), planned: quantity, perPiece: lines, workOrders: plan.operations.count)
  }

  /// Finishes all work orders of an order: the planned consumption is entered by itself (14m).
  func person(finishesWorkOrdersOf order: Int64) {
    guard let index = index(of: order), chain.orders[index].state.isOpen,
      chain.workOrders.contains(where: { $0.orderID == order })
    else { return }
    finishWorkOrders(of: order, chain.orders[index].planned)
    chain.orders[index].state = .toClose
    guard chain.orders[index].producing.isZero else { return }
    for move in chain.openRawMoves(of: order) { enter(move.demand, on: move.id) }
  }

  /// Adds a component that was never released.
  func person(addsComponent quantity: Quantity, to order: Int64) {
    addMove(.raw(order), ComponentKey(productID: 77, unitID: 1), demand: quantity)
  }

  /// Gives the reservation back: only what is not picked.
  func unreserve() {
    for item in chain.moves.indices
    where chain.moves[item].state == .open && !chain.moves[item].isPicked {
      chain.moves[item].quantity = .zero
    }
  }

  // MARK: What Odoo holds

  /// Booked finished pieces.
  var finished: Quantity {
    sum { if case .finished = $0.role { $0.productID == Self.product } else { false } }
  }

  /// Booked consumption.
  func consumed(_ key: ComponentKey) -> Quantity {
    sum { if case .raw = $0.role { $0.key == key } else { false } }
  }

  private func sum(_ isIncluded: (ChainMove) -> Bool) -> Quantity {
    chain.moves.filter { $0.state == .done && isIncluded($0) }
      .reduce(.zero) { $0.plus($1.quantity) }
  }

  /// Totals of so many good and scrapped pieces, consumed by the bill of material.
  func totals(
    _ good: Quantity, scrap: Quantity = .zero, final: Bool = false, through: Int64 = 1
  ) -> OrderTotals {
    let processed = good.plus(scrap)
    let consumed = zip(plan.components, lines).map { ($0.line, processed.times($1.1)) }
    return OrderTotals(
      throughSequence: through, good: good, scrap: scrap,
      consumed: Dictionary(uniqueKeysWithValues: consumed),
      operations: Dictionary(uniqueKeysWithValues: plan.operations.map { ($0.code, good) }),
      isFinal: final)
  }
}
