import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `SettleMovement`: applies or discards a quarantined movement.
struct SettleMovement: ObjectWrite {
  static let method = Inventory.V1.InventoryService.settleMovement

  let desk: MovementDesk

  func site(of request: Inventory.V1.SettleMovementRequest) -> String? { request.site }

  func validate(_ request: Inventory.V1.SettleMovementRequest, _ fields: inout Fields) -> Input {
    if ![.apply, .discard].contains(request.settlement) {
      fields.reject("settlement", "must be APPLY or DISCARD")
    }
    return Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.movementID = fields.movementID(request.movementID)
        $0.settlement = request.settlement
        $0.reason = fields.sentence(request.reason, "reason")
      })
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Inventory.V1.Movement
  { try MovementRecords.require(input.site, input.request.movementID, snapshot).movement }

  func write(
    _ input: Input, _ before: Inventory.V1.Movement?, fact: Identifier, _ transaction: Transaction,
    _ call: Call
  ) throws -> Inventory.V1.Movement {
    var stored = try MovementRecords.require(input.site, input.request.movementID, transaction)
    let state = MovementState(stored.movement)
    guard state == .quarantined else {
      throw InventoryError.movementState(stored.movement.movementID, state, needed: .quarantined)
    }
    if input.request.settlement == .apply {
      return try desk.applyQuarantined(
        stored, by: call.principal.subject, at: input.site, transaction)
    }
    stored.movement.state = .discarded
    stored.movement.stateReason = input.request.reason
    stored.movement.settledBy = call.principal.subject
    stored.movement.revision += 1
    try desk.update(stored, at: input.site, transaction)
    return stored.movement
  }

  func response(
    _ receipt: Common.V1.Receipt, _ movement: Inventory.V1.Movement, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Inventory.V1.SettleMovementResponse {
    .with {
      $0.receipt = receipt
      $0.movement = movement
    }
  }

  func name(_ movement: Inventory.V1.Movement) -> String { "movement \(movement.movementID)" }
}
