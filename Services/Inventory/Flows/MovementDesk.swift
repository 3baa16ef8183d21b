import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// The one way by which movements get into the records: judged by the gate, brought into the balances by the
/// book, and told in one event.
struct MovementDesk: Sendable {
  let gate: MovementGate
  let book: BalanceBook

  /// Records a new movement: applied, or quarantined with the reason.
  /// - Parameter prepare: what else is said about the movement.
  func record(
    _ report: Inventory.V1.MovementReport, id: String, at site: SiteCode,
    mayQuarantine: Bool = true, _ transaction: Transaction,
    _ prepare: (inout Inventory.V1.Movement) -> Void = { _ in }
  ) throws -> Inventory.V1.Movement {
    var movement = Inventory.V1.Movement.with {
      $0.movementID = id
      $0.site = site.text
      $0.report = report
      $0.receivedAt = .init(transaction.now)
      $0.revision = 1
    }
    prepare(&movement)
    var plan: BalanceBook.Plan?
    if let obstacle = try gate.obstacle(to: report, at: site, transaction) {
      guard mayQuarantine else { throw obstacle.refusal }
      movement.state = .quarantined
      movement.stateReason = obstacle.reason
    } else {
      let made = try book.plan(report, at: site, transaction)
      movement.state = .applied
      movement.bookedQuantity = .init(made.amount)
      plan = made
    }
    let sequence = try transaction.outbox.append(
      InventoryEvents.changed(movement, plan, at: site))
    try MovementRecords.insert(movement, sequence: sequence, site, transaction)
    if let plan { try apply(movement, plan, at: site, sequence: sequence, transaction) }
    try DeviceNumbers.add(of: report.header, site, device: report.device, transaction)
    return movement
  }

  /// Brings a quarantined movement into the balances, if nothing stands against it any more.
  /// - Throws: what stands against it.
  func applyQuarantined(
    _ stored: StoredMovement, by subject: String, at site: SiteCode, _ transaction: Transaction
  ) throws -> Inventory.V1.Movement {
    let plan = try self.plan(stored, at: site, transaction)
    var changed = stored
    changed.movement.state = .applied
    changed.movement.bookedQuantity = .init(plan.amount)
    changed.movement.stateReason = ""
    changed.movement.settledBy = subject
    changed.movement.revision += 1
    let sequence = try transaction.outbox.append(
      InventoryEvents.changed(changed.movement, plan, at: site))
    try MovementRecords.update(changed, transaction)
    try apply(changed.movement, plan, at: site, sequence: sequence, transaction)
    return changed.movement
  }

  /// What a quarantined movement would change.
  /// - Throws: what stands against it.
  func plan(_ stored: StoredMovement, at site: SiteCode, _ snapshot: Snapshot) throws
    -> BalanceBook.Plan
  {
    guard let report = stored.movement.report else {
      throw RecordStoreError.corrupted("the movement \(stored.movement.movementID) has no report")
    }
    if let obstacle = try gate.obstacle(to: report, at: site, snapshot) { throw obstacle.refusal }
    return try book.plan(report, at: site, snapshot)
  }

  private func apply(
    _ movement: Inventory.V1.Movement, _ plan: BalanceBook.Plan, at site: SiteCode, sequence: Int64,
    _ transaction: Transaction
  ) throws {
    guard let report = movement.report, let occurredAt = report.header?.occurredAt?.instant else {
      return
    }
    try book.apply(plan, occurredAt: occurredAt, at: site, sequence: sequence, transaction)
    if report.type == .receipt, !report.supplierCode.isEmpty,
      !report.lot.isEmpty || !report.serial.isEmpty, movement.reversesMovementID.isEmpty
    {
      try remember(report, movement.movementID, at: site, transaction)
    }
  }

  /// A lot remembers its supplier, and the trace begins with it.
  private func remember(
    _ report: Inventory.V1.MovementReport, _ id: String, at site: SiteCode,
    _ transaction: Transaction
  ) throws {
    try MovementRecords.addSupplier(
      report.supplierCode, site, itemCode: report.itemCode, lot: report.lot, serial: report.serial,
      transaction)
    guard let fact = Identifier(hexadecimal: id) else { return }
    try GenealogyRecords.add(
      [
        .with {
          $0.produced = .init(
            TracedMaterial(itemCode: report.itemCode, lot: report.lot, serial: report.serial))
          $0.quantity = report.quantity
          $0.supplierCode = report.supplierCode
          $0.document = report.document
          $0.occurredAt = report.header?.occurredAt
        }
      ], of: .inventory, at: site, fact: fact, transaction)
  }

  /// Keeps what has become of a movement, and tells it; no balance changes.
  func update(
    _ stored: StoredMovement, at site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.outbox.append(InventoryEvents.changed(stored.movement, nil, at: site))
    try MovementRecords.update(stored, transaction)
  }
}

extension Inventory.V1.Balance {
  init(_ key: BalanceKey, _ amount: Amount, revision: Int = 0) {
    self.init()
    self.key = .init(key)
    quantity = .init(amount)
    self.revision = Int64(revision)
  }
}

extension Inventory.V1.BalanceKey {
  init(_ key: BalanceKey) {
    self.init()
    location = key.location
    itemCode = key.itemCode
    lot = key.lot
    serial = key.serial
  }
}

extension MovementState {
  init(_ movement: Inventory.V1.Movement) {
    self = MovementState(rawValue: movement.state.rawValue) ?? .received
  }
}
