import Values

/// What is entered on an open order: the header's quantity and the picked raw moves. Reserved
/// quantities of moves that are not picked are Odoo's own affair and change without anybody's hand.
struct Entered: Sendable, Hashable {
  var producing: Quantity
  var moves: [Int64: Quantity]

  /// Nothing is entered.
  static let nothing = Entered(producing: .zero, moves: [:])
}

/// Figures that we wrote, or tried to. A try whose answer is lost may still be committed later by
/// Odoo, so it stays known until the order is closed.
struct Written<Figures: Sendable & Hashable>: Sendable, Hashable {
  var figures: Figures
  /// Whether Odoo confirmed it; false while the answer is out, or lost.
  var isConfirmed: Bool
}

/// The base of the three-way compare: what Odoo may hold because of us. Theirs = base → write;
/// theirs = ours → done; anything else is somebody's hand.
struct PostingBase: Sendable, Hashable {
  /// Tries with a lost answer that are kept per record: with backoff, that many are many minutes
  /// apart.
  static let maximumVersions = 4

  /// What was written on the orders, by order id.
  private(set) var orders: [Int64: [Written<Entered>]] = [:]
  /// What was written on the work orders, by work order id.
  private(set) var workOrders: [Int64: [Written<Quantity>]] = [:]

  init() {}

  init(orders: [Int64: [Written<Entered>]], workOrders: [Int64: [Written<Quantity>]]) {
    self.orders = orders
    self.workOrders = workOrders
  }

  /// Whether what an order holds is our doing, or nothing at all.
  func explains(_ entered: Entered, on order: Int64) -> Bool {
    entered == .nothing || (orders[order] ?? []).contains { $0.figures == entered }
  }

  /// Whether what a work order says is our doing, or nothing at all.
  func explains(_ produced: Quantity, onWorkOrder id: Int64) -> Bool {
    let versions = workOrders[id] ?? []
    if produced.isZero && !versions.contains(where: \.isConfirmed) { return true }
    return versions.contains { $0.figures == produced }
  }

  /// A call is about to be sent.
  mutating func intend(_ call: PostingCall) {
    switch call {
    case .state(let ids, let quantity):
      for id in ids { Self.add(quantity, to: &workOrders[id, default: []]) }
    case .write(let write):
      Self.add(write.entered, to: &orders[write.orderID, default: []])
      for workOrder in write.workOrders {
        Self.add(workOrder.produced, to: &workOrders[workOrder.id, default: []])
      }
    case .close, .cancel: break
    }
  }

  /// Odoo has answered success and the chain shows it: this is what it holds because of us.
  mutating func confirm(_ call: PostingCall) {
    settle(call) { versions, figures in
      versions.removeAll { $0.isConfirmed || $0.figures == figures }
      versions.append(Written(figures: figures, isConfirmed: true))
    } workOrder: { versions, figures in
      versions.removeAll { $0.isConfirmed || $0.figures == figures }
      versions.append(Written(figures: figures, isConfirmed: true))
    }
  }

  /// Odoo has refused: nothing of the call took effect.
  mutating func withdraw(_ call: PostingCall) {
    settle(call) { versions, figures in
      versions.removeAll { !$0.isConfirmed && $0.figures == figures }
    } workOrder: { versions, figures in
      versions.removeAll { !$0.isConfirmed && $0.figures == figures }
    }
  }

  private mutating func settle(
    _ call: PostingCall,
    order: (inout [Written<Entered>], Entered) -> Void,
    workOrder: (inout [Written<Quantity>], Quantity) -> Void
  ) {
    switch call {
    case .state(let ids, let quantity):
      for id in ids { workOrder(&workOrders[id, default: []], quantity) }
    case .write(let write):
      order(&orders[write.orderID, default: []], write.entered)
      for item in write.workOrders {
        workOrder(&workOrders[item.id, default: []], item.produced)
      }
    case .close, .cancel: break
    }
  }

  private static func add<Figures>(_ figures: Figures, to versions: inout [Written<Figures>]) {
    if versions.contains(where: { $0.figures == figures }) { return }
    versions.append(Written(figures: figures, isConfirmed: false))
    if versions.count > maximumVersions,
      let oldest = versions.firstIndex(where: { !$0.isConfirmed })
    {
      versions.remove(at: oldest)
    }
  }
}

extension Chain {
  /// Whether what the call wrote is what the chain shows.
  func holds(_ call: PostingCall) -> Bool {
    switch call {
    case .state(let ids, let quantity):
      workOrders.allSatisfy { !ids.contains($0.id) || $0.produced == quantity }
    case .write(let write):
      orders.contains { $0.id == write.orderID && Entered(of: $0, in: self) == write.entered }
        && write.workOrders.allSatisfy { item in
          workOrders.contains { $0.id == item.id && $0.produced == item.produced }
        }
    case .close, .cancel: true
    }
  }
}

extension OrderWrite {
  /// What the order holds once it is written.
  var entered: Entered {
    Entered(
      producing: producing,
      moves: Dictionary(
        rawMoves.map { ($0.id, $0.quantity) }, uniquingKeysWith: { _, last in last }))
  }
}
