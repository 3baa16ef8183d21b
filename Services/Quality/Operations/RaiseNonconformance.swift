import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `RaiseNonconformance`: says that something is not as it must be.
struct RaiseNonconformance: ObjectWrite {
  static let method = Quality.V1.QualityService.raiseNonconformance
  static let makesObject = true

  let nonconformances: NonconformanceDesk
  let inspections: InspectionDesk
  let desk: HoldDesk

  func site(of request: Quality.V1.RaiseNonconformanceRequest) -> String? { request.site }

  func validate(_ request: Quality.V1.RaiseNonconformanceRequest, _ fields: inout Fields) -> Input {
    Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.subject = .init(fields.holdTarget(request.subject, "subject"))
        $0.description_p = fields.sentence(request.description_p, "description")
        $0.inspectionID =
          request.inspectionID.isEmpty
          ? "" : fields.identifier(request.inspectionID, "inspection_id")
        $0.placeHold = request.placeHold
      })
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Quality.V1.Nonconformance
  { try nonconformances.require(input.site, fact.description, snapshot) }

  func write(
    _ input: Input, _ before: Quality.V1.Nonconformance?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Quality.V1.Nonconformance {
    let request = input.request
    if !request.inspectionID.isEmpty {
      _ = try inspections.require(input.site, request.inspectionID, transaction)
    }
    guard let subject = request.subject.flatMap(HoldTarget.init) else {
      throw Refusal.invalidFields([FieldViolation("subject", "is required")])
    }
    if request.placeHold {
      _ = try desk.place(
        fact.description, on: subject, at: input.site, reason: request.description_p,
        nonconformance: fact.description, by: call.principal.subject, transaction)
    }
    return try nonconformances.raise(
      fact.description, about: subject, at: input.site, description: request.description_p,
      inspection: request.inspectionID, by: call.principal.subject, transaction)
  }

  func response(
    _ receipt: Common.V1.Receipt, _ nonconformance: Quality.V1.Nonconformance, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Quality.V1.RaiseNonconformanceResponse {
    try .with {
      $0.receipt = receipt
      $0.nonconformance = nonconformance
      if input.request.placeHold {
        $0.hold = try desk.require(input.site, nonconformance.nonconformanceID, snapshot)
      }
    }
  }

  func name(_ nonconformance: Quality.V1.Nonconformance) -> String {
    "nonconformance \(nonconformance.nonconformanceID)"
  }
}
