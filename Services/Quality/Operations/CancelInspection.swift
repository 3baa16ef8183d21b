import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `CancelInspection`: gives an inspection up.
struct CancelInspection: ObjectWrite {
  static let method = Quality.V1.QualityService.cancelInspection

  let inspections: InspectionDesk
  let desk: HoldDesk

  func site(of request: Quality.V1.CancelInspectionRequest) -> String? { request.site }

  func validate(_ request: Quality.V1.CancelInspectionRequest, _ fields: inout Fields) -> Input {
    Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.inspectionID = fields.identifier(request.inspectionID, "inspection_id")
        $0.reason = fields.sentence(request.reason, "reason")
      })
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Quality.V1.Inspection
  { try inspections.require(input.site, input.request.inspectionID, snapshot) }

  func write(
    _ input: Input, _ before: Quality.V1.Inspection?, fact: Identifier, _ transaction: Transaction,
    _ call: Call
  ) throws -> Quality.V1.Inspection {
    var inspection = try before ?? object(input, fact: fact, transaction)
    try InspectionDesk.requireOpen(inspection)
    try inspections.endOwnHold(
      of: inspection, reason: "the inspection was cancelled: \(input.request.reason)",
      by: call.principal.subject, desk, at: input.site, transaction)
    inspection.state = .cancelled
    inspection.endedBy = call.principal.subject
    inspection.endedAt = .init(transaction.now)
    return try inspections.put(inspection, at: input.site, transaction)
  }

  func response(
    _ receipt: Common.V1.Receipt, _ inspection: Quality.V1.Inspection, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Quality.V1.CancelInspectionResponse {
    .with {
      $0.receipt = receipt
      $0.inspection = inspection
    }
  }

  func name(_ inspection: Quality.V1.Inspection) -> String {
    "inspection \(inspection.inspectionID)"
  }
}
