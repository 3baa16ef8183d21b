import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `RecordMovement`: what came, went, or was put somewhere else.
struct RecordMovement: ObjectWrite {
  static let method = Inventory.V1.InventoryService.recordMovement
  static let makesObject = true

  let desk: MovementDesk

  func site(of request: Inventory.V1.RecordMovementRequest) -> String? { request.site }

  func validate(_ request: Inventory.V1.RecordMovementRequest, _ fields: inout Fields) -> Input {
    let site = fields.site(request.site)
    guard let report = request.movement else {
      fields.reject("movement", "is required")
      return Input(&fields, fact: nil, at: site, .init())
    }
    return fields.inside("movement") { Self.input(report, at: site, &$0) }
  }

  /// One report, of a call or of a batch.
  static func input(
    _ report: Inventory.V1.MovementReport, at site: SiteCode, _ fields: inout Fields
  ) -> Input {
    let checked = fields.movementReport(report)
    return Input(&fields, fact: report.header, at: site, .with { $0.movement = checked })
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Inventory.V1.Movement
  { try MovementRecords.require(input.site, fact.description, snapshot).movement }

  func write(
    _ input: Input, _ before: Inventory.V1.Movement?, fact: Identifier, _ transaction: Transaction,
    _ call: Call
  ) throws -> Inventory.V1.Movement {
    var report = input.request.movement ?? .init()
    report.header = input.header.map { .init($0) }
    return try desk.record(report, id: fact.description, at: input.site, transaction)
  }

  func response(
    _ receipt: Common.V1.Receipt, _ movement: Inventory.V1.Movement, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Inventory.V1.RecordMovementResponse {
    .with {
      $0.receipt = receipt
      $0.movement = movement
    }
  }

  func name(_ movement: Inventory.V1.Movement) -> String { "movement \(movement.movementID)" }
}

/// `RecordMovementBatch`: up to 500 movements, each for itself.
struct RecordMovementBatch: BatchOperation {
  static let method = Inventory.V1.InventoryService.recordMovementBatch
  /// Most movements of one batch: some 100 KB, and some 50 ms of the writer's time.
  static let maximumMovements = 500

  let item: RecordMovement

  func site(of request: Inventory.V1.RecordMovementBatchRequest) -> String? { request.site }

  func validate(_ request: Inventory.V1.RecordMovementBatchRequest, _ fields: inout Fields) -> Input
  {
    let site = fields.site(request.site)
    if request.movements.isEmpty { fields.reject("movements", "must have at least one entry") }
    guard request.movements.count <= Self.maximumMovements else {
      fields.reject("movements", "must have at most \(Self.maximumMovements) entries")
      return []
    }
    let checked = fields
    return request.movements.enumerated().map { place, report in
      BatchItem("movements[\(place)]", checked) {
        RecordMovement.input(report, at: site, &$0)
      }
    }
  }

  func response(_ outcomes: [BatchOutcome<Inventory.V1.RecordMovementResponse>])
    -> Inventory.V1.RecordMovementBatchResponse
  {
    .with {
      $0.outcomes = outcomes.map { outcome in
        .with {
          switch outcome {
          case .answered(let answer):
            $0.receipt = answer.receipt
            $0.movement = answer.movement
          case .rejected(let rejection):
            $0.receipt = .rejected
            $0.rejection = rejection
          }
        }
      }
    }
  }
}

extension Fields {
  /// A report of a movement in its canonical form, without what identifies it.
  mutating func movementReport(_ given: Inventory.V1.MovementReport) -> Inventory.V1.MovementReport
  {
    let type = known(
      MovementType(rawValue: given.type.rawValue), "type",
      MovementType.allCases.map(\.name).joined(separator: ", "), else: .receipt)
    let amount = amount(given.quantity, "quantity", .aboveZero)
    if !given.serial.isEmpty, amount.value.millionths != Quantity.scale, given.quantity != nil {
      reject("quantity.value", "must be 1: a serial number is one piece")
    }
    if MovementType(rawValue: given.type.rawValue) != nil {
      for violation in type.violations(from: given.fromLocation, to: given.toLocation) {
        reject(violation.field, violation.rule)
      }
    }
    if type == .adjustment, given.reason.isEmpty {
      reject("reason", "is required: this is an ADJUSTMENT")
    }
    if type != .receipt, !given.supplierCode.isEmpty {
      reject("supplier_code", "must be empty: this is no RECEIPT")
    }
    return .with {
      $0.device = optionalCode(given.device, "device", .businessCode)
      $0.type = given.type
      $0.itemCode = code(given.itemCode, "item_code", .businessCode)
      $0.lot = optionalCode(given.lot, "lot", .businessCode)
      $0.serial = optionalCode(given.serial, "serial", .businessCode)
      $0.fromLocation = optionalCode(given.fromLocation, "from_location", .businessCode)
      $0.toLocation = optionalCode(given.toLocation, "to_location", .businessCode)
      $0.quantity = .init(amount)
      $0.orderName = optionalText(given.orderName, "order_name", OrderKey.nameRule)
      $0.supplierCode = optionalCode(given.supplierCode, "supplier_code", .businessCode)
      $0.document = optionalCode(given.document, "document", .businessCode)
      $0.reason = given.reason.isEmpty ? "" : sentence(given.reason, "reason")
    }
  }

  /// A required identifier of a movement.
  mutating func movementID(_ value: String) -> String {
    code(value, "movement_id", .businessCode)
  }
}
