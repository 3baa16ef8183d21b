import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ReleaseHold`: ends a hold, or makes what it covers scrap.
struct ReleaseHold: ObjectWrite {
  static let method = Quality.V1.QualityService.releaseHold

  let desk: HoldDesk
  let nonconformances: NonconformanceDesk
  let inspections: InspectionDesk

  func site(of request: Quality.V1.ReleaseHoldRequest) -> String? { request.site }

  func validate(_ request: Quality.V1.ReleaseHoldRequest, _ fields: inout Fields) -> Input {
    Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.holdID = fields.identifier(request.holdID, "hold_id")
        $0.reason = fields.sentence(request.reason, "reason")
        $0.convertToScrap = request.convertToScrap
      })
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws -> Quality.V1.Hold {
    try desk.require(input.site, input.request.holdID, snapshot)
  }

  func write(
    _ input: Input, _ before: Quality.V1.Hold?, fact: Identifier, _ transaction: Transaction,
    _ call: Call
  ) throws -> Quality.V1.Hold {
    let hold = try before ?? desk.require(input.site, input.request.holdID, transaction)
    let becomes: HoldState = input.request.convertToScrap ? .convertedToScrap : .released
    let state = HoldState(rawValue: hold.state.rawValue) ?? .active
    guard state == .active else { throw QualityError.holdState(hold.holdID, state) }
    try checkReleaser(of: hold, call.principal)
    try checkNonconformance(of: hold, becomes, input.site, transaction)
    if let open = try inspections.openInspection(of: hold, at: input.site, transaction) {
      throw QualityError.inspectionOpen(hold.holdID, inspection: open)
    }
    return try desk.end(
      hold, as: becomes, at: input.site, reason: input.request.reason, by: call.principal.subject,
      transaction)
  }

  private func checkReleaser(of hold: Quality.V1.Hold, _ principal: Principal) throws {
    let role = hold.releasingRole
    guard !role.isEmpty, hold.placedBy != principal.subject,
      !principal.roles.contains(RoleName(role))
    else { return }
    throw QualityError.notReleaser(hold.holdID, role: role)
  }

  private func checkNonconformance(
    of hold: Quality.V1.Hold, _ becomes: HoldState, _ site: SiteCode, _ snapshot: Snapshot
  ) throws {
    guard !hold.nonconformanceID.isEmpty else { return }
    let found = try nonconformances.require(site, hold.nonconformanceID, snapshot)
    try NonconformanceDesk.require(found, in: NonconformanceState.allCases.filter(\.isDecided))
    let decided = Disposition(rawValue: found.disposition.rawValue) ?? .useAsIs
    guard decided.holdsBecome == becomes else {
      throw QualityError.dispositionDiffers(hold.holdID, mustBecome: decided.holdsBecome)
    }
  }

  func response(
    _ receipt: Common.V1.Receipt, _ hold: Quality.V1.Hold, fact: Identifier, _ input: Input,
    _ snapshot: Snapshot
  ) throws -> Quality.V1.ReleaseHoldResponse {
    let remaining = try hold.target.flatMap(HoldTarget.init).map {
      try desk.standing(on: $0, at: input.site, snapshot)
    }
    return .with {
      $0.receipt = receipt
      $0.hold = hold
      $0.remaining = (remaining ?? []).filter { $0.holdID != hold.holdID }
    }
  }

  func name(_ hold: Quality.V1.Hold) -> String { "hold \(hold.holdID)" }
}
