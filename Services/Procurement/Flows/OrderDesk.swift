import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Purchase orders in their table, and how they change.
struct OrderDesk: Sendable {
  let orders = ObjectTable<Procurement.V1.PurchaseOrder>("purchase_orders")

  /// The order of a name, as far as the caller may know of it.
  /// - Throws: ``ProcurementError/orderNotFound(_:)``, the same for one that is not there and one of somebody
  ///   else's.
  func require(_ site: SiteCode, _ name: String, _ call: Call?, _ snapshot: Snapshot) throws
    -> Procurement.V1.PurchaseOrder
  {
    guard let order = try orders.find(site, name, snapshot),
      call?.principal.mayAct(forPartnerCode: order.supplierCode) ?? true
    else { throw ProcurementError.orderNotFound(name) }
    return order
  }

  /// Refuses a step that the state does not allow.
  static func require(
    _ order: Procurement.V1.PurchaseOrder, _ step: PurchaseOrderStep
  ) throws(ProcurementError) {
    let state = PurchaseOrderState(order)
    guard step.allowedStates.contains(state) else {
      throw .orderState(order.orderName, state, step)
    }
  }

  /// Makes an order, or changes it: its revision is one more than before.
  @discardableResult
  func put(
    _ order: Procurement.V1.PurchaseOrder, at site: SiteCode, _ transaction: Transaction
  ) throws -> Procurement.V1.PurchaseOrder {
    var changed = order
    changed.revision += 1
    try orders.put(
      changed,
      .init(
        site: site, key: changed.orderName, state: changed.state.rawValue,
        party: changed.supplierCode), transaction)
    return changed
  }
}

extension PurchaseOrderState {
  init(_ order: Procurement.V1.PurchaseOrder) {
    self = PurchaseOrderState(rawValue: order.state.rawValue) ?? .published
  }
}

extension Procurement.V1.PurchaseOrder {
  mutating func set(_ state: PurchaseOrderState) { self.state = .init(rawValue: state.rawValue) }

  /// What holds of a line: what was agreed, otherwise what was ordered. `nil` for no line of the order, or one
  /// that the supplier does not deliver.
  func valid(_ line: Int32) -> Procurement.V1.PurchaseOrderLine? {
    (agreedLines.isEmpty ? lines : agreedLines).first { $0.line == line }
  }

  /// How much of a line has been announced, and received.
  func progress(of line: Int32) throws -> (shipped: Quantity, received: Quantity) {
    guard let found = progress.first(where: { $0.line == line }) else { return (.zero, .zero) }
    return (
      try Quantity(decimal: found.shipped?.value ?? "0"),
      try Quantity(decimal: found.received?.value ?? "0")
    )
  }

  /// Adds to what was announced and received of a line; either may be below zero.
  /// - Throws: ``ProcurementError/quantityOverflow(_:)``.
  mutating func add(shipped: Quantity, received: Quantity, to line: Int32) throws {
    let before = try progress(of: line)
    let unit = lines.first { $0.line == line }?.quantity?.unit ?? ""
    do {
      let after = Procurement.V1.LineProgress.with {
        $0.line = line
      }
      var changed = after
      changed.shipped = .init(Amount(try before.shipped.adding(shipped), unit))
      changed.received = .init(Amount(try before.received.adding(received), unit))
      if let place = progress.firstIndex(where: { $0.line == line }) {
        progress[place] = changed
      } else {
        progress.append(changed)
        progress.sort { $0.line < $1.line }
      }
    } catch {
      throw ProcurementError.quantityOverflow(orderName)
    }
  }

  /// Whether every line has been received in full.
  var isComplete: Bool {
    get throws {
      try (agreedLines.isEmpty ? lines : agreedLines).allSatisfy { line in
        let wanted = try Quantity(decimal: line.quantity?.value ?? "0")
        return try progress(of: line.line).received >= wanted
      }
    }
  }
}

extension Fields {
  /// Most lines of an order: the contract's bound.
  private static let maximumLines = 1_000
  /// Most entries of a schedule: the contract's bound.
  private static let maximumScheduleLines = 100

  /// Lines of an order in their canonical form.
  mutating func orderLines(_ given: [Procurement.V1.PurchaseOrderLine], _ field: String = "lines")
    -> [Procurement.V1.PurchaseOrderLine]
  {
    if given.isEmpty { reject(field, "must have at least one entry") }
    let lines = each(given, field, atMost: Self.maximumLines) { $0.orderLine($1) }
    unique(lines, field, "line") { $0.line }
    return lines.sorted { $0.line < $1.line }
  }

  /// - Parameter item: the item when it is known already.
  mutating func orderLine(_ given: Procurement.V1.PurchaseOrderLine, item: String? = nil)
    -> Procurement.V1.PurchaseOrderLine
  {
    let line = number(Int64(given.line), "line", 1...Int64(Int32.max))
    let quantity = amount(given.quantity, "quantity", .aboveZero)
    if given.schedule.isEmpty { reject("schedule", "must have at least one entry") }
    var total = Quantity.zero
    let schedule = each(given.schedule, "schedule", atMost: Self.maximumScheduleLines) {
      fields, part in
      let amount = fields.amount(part.quantity, "quantity", .aboveZero)
      if amount.unit != quantity.unit, part.quantity != nil {
        fields.reject("quantity.unit", "must be \(quantity.unit)")
      }
      total = (try? total.adding(amount.value)) ?? .maximum
      return Procurement.V1.ScheduleLine.with {
        $0.quantity = .init(amount)
        $0.dueAt = .init(fields.time(part.dueAt, "due_at", Fields.earliest...Fields.latest))
      }
    }
    if !given.schedule.isEmpty, total != quantity.value {
      reject("schedule", "must come to \(quantity.value), not to \(total)")
    }
    return .with {
      $0.line = Int32(clamping: line)
      $0.itemCode = item ?? code(given.itemCode, "item_code", .businessCode)
      $0.quantity = .init(quantity)
      $0.unitPrice = decimal(given.unitPrice, "unit_price", .zeroOrMore).description
      $0.schedule = schedule
    }
  }

  /// A required name of an order.
  mutating func orderName(_ value: String, _ field: String = "order_name") -> String {
    text(value, field, OrderKey.nameRule)
  }

  /// A required supplier.
  mutating func supplier(_ value: String) -> String { code(value, "supplier_code", .businessCode) }
}
