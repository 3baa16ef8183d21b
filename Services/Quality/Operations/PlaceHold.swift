import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `PlaceHold`: stops the use of something.
struct PlaceHold: ObjectWrite {
  static let method = Quality.V1.QualityService.placeHold
  static let makesObject = true

  let desk: HoldDesk
  let nonconformances: NonconformanceDesk

  func site(of request: Quality.V1.PlaceHoldRequest) -> String? { request.site }

  func validate(_ request: Quality.V1.PlaceHoldRequest, _ fields: inout Fields) -> Input {
    let role = request.releasingRole
    if !role.isEmpty, let violation = RoleName.rule.violation(of: role) {
      fields.reject("releasing_role", violation)
    }
    return Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.target = .init(fields.holdTarget(request.target, "target"))
        $0.reason = fields.sentence(request.reason, "reason")
        $0.nonconformanceID =
          request.nonconformanceID.isEmpty
          ? "" : fields.identifier(request.nonconformanceID, "nonconformance_id")
        $0.releasingRole = role
      })
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws -> Quality.V1.Hold {
    try desk.require(input.site, fact.description, snapshot)
  }

  func write(
    _ input: Input, _ before: Quality.V1.Hold?, fact: Identifier, _ transaction: Transaction,
    _ call: Call
  ) throws -> Quality.V1.Hold {
    let request = input.request
    if !request.nonconformanceID.isEmpty {
      let found = try nonconformances.require(input.site, request.nonconformanceID, transaction)
      try NonconformanceDesk.require(
        found, in: NonconformanceState.allCases.filter { $0 != .closed })
    }
    guard let target = request.target.flatMap(HoldTarget.init) else {
      throw Refusal.invalidFields([FieldViolation("target", "is required")])
    }
    return try desk.place(
      fact.description, on: target, at: input.site, reason: request.reason,
      nonconformance: request.nonconformanceID, releasingRole: request.releasingRole,
      by: call.principal.subject, transaction)
  }

  func response(
    _ receipt: Common.V1.Receipt, _ hold: Quality.V1.Hold, fact: Identifier, _ input: Input,
    _ snapshot: Snapshot
  ) throws -> Quality.V1.PlaceHoldResponse {
    .with {
      $0.receipt = receipt
      $0.hold = hold
    }
  }

  func name(_ hold: Quality.V1.Hold) -> String { "hold \(hold.holdID)" }
}
