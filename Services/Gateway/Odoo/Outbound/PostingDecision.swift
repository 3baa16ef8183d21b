import Values

/// What to do next for a chain, decided by nothing but the released order, the totals, what Odoo
/// holds and what we wrote. It is asked anew after every read, so it does not matter where an
/// earlier run stopped.
enum PostingDecision: Sendable, Hashable {
  /// Send this, then read again.
  case send(PostingCall)
  /// Nothing is left to send.
  case settled(Settlement)
  /// A person must decide; nothing is sent.
  case stuck(CaseFinding)
  /// The reads of the chain do not fit together: something was moving. Read again later.
  case moving(String)
}

/// What a chain has come to when nothing is left to send.
enum Settlement: Sendable, Hashable {
  /// Odoo holds exactly what was reported, and the order is at its end.
  case booked(document: String)
  /// Odoo holds exactly what was reported so far, and was closed by hand before the end.
  case bookedSoFar(document: String)
  /// Visible as the progress of work orders; nothing is booked.
  case stated
  /// Nothing in Odoo shows it yet: the order has no work order that could.
  case queued
}

extension PostingDecision {
  /// The decision.
  init(order: ReleasedOrder, totals: OrderTotals, chain: Chain, base: PostingBase) {
    do {
      self = try Decider(order: order, totals: totals, chain: chain, base: base).decide()
    } catch let finding {
      self = .stuck(finding)
    }
  }
}

/// The rules, one function each.
private struct Decider {
  let order: ReleasedOrder
  let totals: OrderTotals
  let chain: Chain
  let base: PostingBase
  let remainder: Remainder

  init(
    order: ReleasedOrder, totals: OrderTotals, chain: Chain, base: PostingBase
  ) throws(CaseFinding) {
    self.order = order
    self.totals = totals
    self.chain = chain
    self.base = base
    remainder = try Remainder(order: order, totals: totals, chain: chain)
  }

  func decide() throws(CaseFinding) -> PostingDecision {
    guard !chain.orders.isEmpty else {
      throw CaseFinding(.orderMissing, "\(order.name) is no longer in Odoo")
    }
    if totals.isFinal, remainder.target.isZero, !remainder.processed.isZero {
      return try nothingGood()
    }
    if remainder.open.isNegative && !agrees || !remainder.exceeded.isEmpty {
      throw CaseFinding(
        .holdsMore,
        "Odoo holds more than was reported: "
          + remainder.figures(unit: order.unit, of: remainder.exceeded))
    }
    if !agrees && chain.openOrders.isEmpty {
      throw CaseFinding(
        .noOpenOrder,
        "\(remainder.open) \(order.unit) are left to book and no order is open: "
          + remainder.figures(unit: order.unit, of: []))
    }
    return totals.isFinal ? try final() : try interim()
  }

  private var agrees: Bool { remainder.agrees(rounding: order.rounding) }

  /// The names of what is booked; of a chain on which nothing was made, the first order's.
  private var document: String {
    let done = chain.orders.filter { $0.state == .done }
    return (done.last ?? chain.orders.first)?.name ?? order.name
  }

  // MARK: Before the final report

  private func interim() throws(CaseFinding) -> PostingDecision {
    if chain.openOrders.isEmpty {
      return .settled(remainder.done.isZero ? .queued : .bookedSoFar(document: document))
    }
    let statement = statement
    if let first = try statement.differing(from: base, rounding: order.rounding).first {
      let same = try statement.differing(from: base, rounding: order.rounding)
        .filter { $0.wanted == first.wanted }.map(\.workOrder.id)
      return .send(.state(workOrders: same, quantity: first.wanted))
    }
    return .settled(statement.showsOutput ? .stated : .queued)
  }

  private var statement: WorkOrderStatement {
    WorkOrderStatement(order: order, totals: totals, chain: chain, done: remainder.done)
  }

  // MARK: At the end

  private func final() throws(CaseFinding) -> PostingDecision {
    if agrees {
      guard remainder.differing.isEmpty else {
        throw CaseFinding(
          .consumptionDiffers,
          "everything good is booked, but not its consumption: "
            + remainder.figures(unit: order.unit, of: remainder.differing))
      }
      guard let rest = chain.openOrders.first else {
        return .settled(.booked(document: document))
      }
      try compareByHand(rest, wanted: nil)
      return .send(.cancel(order: rest.id))
    }
    guard let open = chain.openOrders.first else { return .moving("no open order") }
    guard open.unitID == order.unitID else {
      throw CaseFinding(.componentsChanged, "\(open.name) has another unit than \(order.unit)")
    }
    return try book(on: open)
  }

  private func book(on open: ChainOrder) throws(CaseFinding) -> PostingDecision {
    let share = Allocation.shares(of: remainder.open, over: chain.openOrders.map(\.planned))[0]
    if share.isZero { return .moving("an open order of nothing") }
    let finished = chain.openFinishedMoves(of: open.id, product: order.productID)
    guard let finishedMove = finished.first else {
      return .moving("\(open.name) is open and its finished move is not")
    }
    let raw = try rawMoves(of: open, share: share)
    let lines = try statement.differing(from: base, rounding: order.rounding)
      .filter { $0.workOrder.orderID == open.id }
    let write = OrderWrite(
      orderID: open.id, producing: share, rawMoves: raw,
      finishedMove: raw.isEmpty
        ? OrderWrite.Move(id: finishedMove.id, unitID: finishedMove.unitID, quantity: share) : nil,
      workOrders: lines.map { OrderWrite.WorkOrder(id: $0.workOrder.id, produced: $0.wanted) })
    if try compareByHand(open, wanted: write.entered), lines.isEmpty {
      return .send(.close(order: open.id, quantity: share))
    }
    return .send(.write(write))
  }

  /// Every open raw move with what it is to consume, explicit zeros included.
  private func rawMoves(of open: ChainOrder, share: Quantity) throws(CaseFinding)
    -> [OrderWrite.Move]
  {
    let moves = chain.openRawMoves(of: open.id)
    let known = Set(order.components.map(\.key))
    for move in moves where !known.contains(move.key) && !(move.demand.isZero && !move.isPicked) {
      throw CaseFinding(
        .componentsChanged,
        "\(open.name) asks for \(move.demand) of product \(move.productID), which was not released "
          + "to the shop floor; its consumption is not known")
    }
    var quantities: [Int64: Quantity] = [:]
    for (key, component) in remainder.components where component.open > .zero {
      let part = try part(component, share: share)
      let targets = moves.filter { $0.key == key }
      if targets.isEmpty && !part.isZero {
        throw CaseFinding(
          .componentsChanged,
          "\(part) of \(component.itemCode) are to be consumed and \(open.name) has no open line "
            + "for it")
      }
      quantities.merge(Allocation.overMoves(part, targets)) { $1 }
    }
    return moves.map {
      OrderWrite.Move(id: $0.id, unitID: $0.unitID, quantity: quantities[$0.id] ?? .zero)
    }
  }

  private func part(_ component: Remainder.Component, share: Quantity) throws(CaseFinding)
    -> Quantity
  {
    do {
      return try Allocation.part(
        of: component.open, share: share, whole: remainder.open, rounding: component.rounding)
    } catch {
      throw CaseFinding(.totalsUnusable, "\(component.itemCode) cannot be divided: \(error)")
    }
  }

  /// The three-way compare of what is entered on an open order: whether it is ours already.
  /// - Throws: a finding when it is neither ours, nor what we wrote before, nor nothing.
  @discardableResult
  private func compareByHand(_ open: ChainOrder, wanted: Entered?) throws(CaseFinding) -> Bool {
    let theirs = Entered(of: open, in: chain)
    if theirs == wanted { return true }
    if base.explains(theirs, on: open.id) || isFinishedByWorkOrders(open, theirs) { return false }
    throw CaseFinding(
      .editedByHand,
      "\(open.name) holds \(theirs.producing) \(order.unit) being produced and entered consumption "
        + "that Millrace did not write"
        + (wanted.map { "; reported is \($0.producing) \(order.unit)" } ?? ""))
  }

  /// Finishing the last work order enters the planned consumption by itself (recorded in 14m):
  /// nobody's figures.
  private func isFinishedByWorkOrders(_ open: ChainOrder, _ theirs: Entered) -> Bool {
    let workOrders = chain.workOrders.filter { $0.orderID == open.id }
    guard theirs.producing.isZero, !workOrders.isEmpty, !workOrders.contains(where: \.isOpen)
    else { return false }
    return chain.openRawMoves(of: open.id).allSatisfy { !$0.isPicked || $0.quantity == $0.demand }
  }

  // MARK: Nothing good

  /// Pieces were processed and none is good. Odoo takes a close at zero for a close in full, and a
  /// cancel loses the consumption (14b): a person books and scraps them. It agrees when nothing
  /// finished is left of them.
  private func nothingGood() throws(CaseFinding) -> PostingDecision {
    let kept = (try? remainder.done.subtracting(remainder.scrapped)) ?? remainder.done
    let isAgreed =
      Remainder.isNothing(kept, rounding: order.rounding) && remainder.differing.isEmpty
      && chain.openOrders.isEmpty
    if isAgreed { return .settled(.booked(document: document)) }
    throw CaseFinding(
      .nothingGood,
      "\(remainder.processed) \(order.unit) were processed and none is good: book and scrap them in "
        + "Odoo; " + remainder.figures(unit: order.unit, of: remainder.differing))
  }
}

extension Entered {
  /// What is entered on an open order.
  init(of order: ChainOrder, in chain: Chain) {
    let picked = chain.openRawMoves(of: order.id).filter(\.isPicked)
    self.init(
      producing: order.producing,
      moves: Dictionary(picked.map { ($0.id, $0.quantity) }, uniquingKeysWith: { $1 }))
  }
}
