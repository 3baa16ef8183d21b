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
    var planned: (changes: [BalanceBook.Change], unit: String)?
    if let reason = try gate.quarantine(report, at: site, transaction) {
      guard mayQuarantine else { throw Self.refusal(reason, gate, report, site) }
      movement.state = .quarantined
      movement.stateReason = reason
    } else {
      planned = try book.changes(of: report, at: site, transaction)
      movement.state = .applied
    }
    let sequence = try tell(movement, planned, at: site, transaction)
    try MovementRecords.insert(movement, sequence: sequence, site, transaction)
    if let planned {
      try apply(movement, planned, at: site, sequence: sequence, transaction)
    }
    if let header = report.header, header.sourceSequence > 0 {
      try DeviceNumbers.add(
        header.sourceSequence, site, system: header.sourceSystem, device: report.device,
        transaction)
    }
    return movement
  }

  /// Brings a quarantined movement into the balances, if nothing stands against it any more.
  /// - Throws: what stands against it.
  func applyQuarantined(
    _ stored: StoredMovement, by subject: String, at site: SiteCode, _ transaction: Transaction
  ) throws -> Inventory.V1.Movement {
    guard let report = stored.movement.report else {
      throw RecordStoreError.corrupted("the movement \(stored.movement.movementID) has no report")
    }
    if let reason = try gate.quarantine(report, at: site, transaction) {
      throw Self.refusal(reason, gate, report, site)
    }
    let planned = try book.changes(of: report, at: site, transaction)
    var changed = stored
    changed.movement.state = .applied
    changed.movement.stateReason = ""
    changed.movement.settledBy = subject
    changed.movement.revision += 1
    let sequence = try tell(changed.movement, planned, at: site, transaction)
    try MovementRecords.update(changed, transaction)
    try apply(changed.movement, planned, at: site, sequence: sequence, transaction)
    return changed.movement
  }

  private func apply(
    _ movement: Inventory.V1.Movement, _ planned: (changes: [BalanceBook.Change], unit: String),
    at site: SiteCode, sequence: Int64, _ transaction: Transaction
  ) throws {
    guard let report = movement.report, let occurredAt = report.header?.occurredAt?.instant else {
      return
    }
    try book.apply(
      planned.changes, unit: planned.unit, occurredAt: occurredAt, at: site, sequence: sequence,
      transaction)
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

  /// Publishes a movement with the balances after it.
  private func tell(
    _ movement: Inventory.V1.Movement,
    _ planned: (changes: [BalanceBook.Change], unit: String)?, at site: SiteCode,
    _ transaction: Transaction
  ) throws -> Int64 {
    let event = Inventory.V1.BalancesChanged.with {
      $0.site = site.text
      $0.movementID = movement.movementID
      $0.balances = (planned?.changes ?? []).map { change in
        .init(change.key, Amount(change.after, planned?.unit ?? ""))
      }
    }
    return try transaction.outbox.append(
      NewEvent(
        type: Inventory.V1.BalancesChanged.fullName, site: site, key: movement.movementID,
        payload: try event.encoded()))
  }

  /// Settles a movement without applying it, or marks one as taken back.
  func update(
    _ stored: StoredMovement, at site: SiteCode, _ transaction: Transaction
  ) throws {
    _ = try tell(stored.movement, nil, at: site, transaction)
    try MovementRecords.update(stored, transaction)
  }

  private static func refusal(
    _ reason: String, _ gate: MovementGate, _ report: Inventory.V1.MovementReport, _ site: SiteCode
  ) -> Refusal {
    Refusal(
      .failedPrecondition, reason: reason,
      reason == "ON_HOLD"
        ? "what would be moved is on hold" : "master data does not have what the movement names")
  }
}

extension Inventory.V1.Balance {
  init(_ key: BalanceKey, _ amount: Amount) {
    self.init()
    self.key = .init(key)
    quantity = .init(amount)
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
