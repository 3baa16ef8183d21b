import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ReverseMovement`: takes a movement back by one in the other direction.
struct ReverseMovement: ObjectWrite {
  static let method = Inventory.V1.InventoryService.reverseMovement
  static let makesObject = true

  let desk: MovementDesk

  func site(of request: Inventory.V1.ReverseMovementRequest) -> String? { request.site }

  func validate(_ request: Inventory.V1.ReverseMovementRequest, _ fields: inout Fields) -> Input {
    Input(
      &fields, fact: request.header, at: request.site,
      .with {
        $0.movementID = fields.movementID(request.movementID)
        $0.reason = fields.sentence(request.reason, "reason")
        $0.device = fields.optionalCode(request.device, "device", .businessCode)
      })
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Inventory.V1.Movement
  { try MovementRecords.require(input.site, fact.description, snapshot).movement }

  func write(
    _ input: Input, _ before: Inventory.V1.Movement?, fact: Identifier, _ transaction: Transaction,
    _ call: Call
  ) throws -> Inventory.V1.Movement {
    var original = try MovementRecords.require(input.site, input.request.movementID, transaction)
    let state = MovementState(original.movement)
    guard state == .applied else {
      throw InventoryError.movementState(
        original.movement.movementID, state, needed: .applied)
    }
    var report = original.movement.report ?? .init()
    (report.fromLocation, report.toLocation) = (report.toLocation, report.fromLocation)
    report.reason = input.request.reason
    // What its unit is may have changed since: what goes back is what came.
    report.quantity = original.movement.bookedQuantity ?? report.quantity
    report.header = input.header.map { .init($0) }
    report.device = input.request.device
    let reversal = try desk.record(
      report, id: fact.description, at: input.site, mayQuarantine: false, transaction
    ) { $0.reversesMovementID = original.movement.movementID }
    original.movement.state = .reversed
    original.movement.reversedByMovementID = reversal.movementID
    original.movement.revision += 1
    try desk.update(original, at: input.site, transaction)
    return reversal
  }

  func response(
    _ receipt: Common.V1.Receipt, _ movement: Inventory.V1.Movement, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Inventory.V1.ReverseMovementResponse {
    .with {
      $0.receipt = receipt
      $0.reversal = movement
    }
  }

  func name(_ movement: Inventory.V1.Movement) -> String {
    "movement \(movement.reversesMovementID)"
  }
}
