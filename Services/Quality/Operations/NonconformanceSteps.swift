import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// An answer with a nonconformance.
protocol NonconformanceAnswer: Message {
  var receipt: Common.V1.Receipt { get set }
  var nonconformance: Quality.V1.Nonconformance? { get set }
  init()
}

extension Quality.V1.ReviewNonconformanceResponse: NonconformanceAnswer {}
extension Quality.V1.DispositionNonconformanceResponse: NonconformanceAnswer {}
extension Quality.V1.VerifyNonconformanceResponse: NonconformanceAnswer {}
extension Quality.V1.CloseNonconformanceResponse: NonconformanceAnswer {}

/// A command that takes a nonconformance one step further.
protocol NonconformanceStep: ObjectWrite
where Object == Quality.V1.Nonconformance, Response: NonconformanceAnswer {
  /// Where it leads.
  static var state: NonconformanceState { get }
  var nonconformances: NonconformanceDesk { get }
  static func nonconformanceID(of request: Request) -> String
  /// What has to be so before the step, beside the state.
  func check(
    _ before: Quality.V1.Nonconformance, _ input: Input, _ call: Call, _ snapshot: Snapshot)
    throws
  /// What is known with the step.
  func change(
    _ nonconformance: inout Quality.V1.Nonconformance, _ input: Input, _ call: Call, _ now: Instant)
}

extension NonconformanceStep {
  func check(
    _ before: Quality.V1.Nonconformance, _ input: Input, _ call: Call, _ snapshot: Snapshot
  )
    throws
  {}

  func change(
    _ nonconformance: inout Quality.V1.Nonconformance, _ input: Input, _ call: Call, _ now: Instant
  ) {}

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Quality.V1.Nonconformance
  {
    try nonconformances.require(
      input.site, Self.nonconformanceID(of: input.request), snapshot)
  }

  func write(
    _ input: Input, _ before: Quality.V1.Nonconformance?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Quality.V1.Nonconformance {
    let before = try before ?? object(input, fact: fact, transaction)
    try NonconformanceDesk.require(before, in: Self.state.previous.map { [$0] } ?? [])
    try check(before, input, call, transaction)
    return try nonconformances.step(before, to: Self.state, at: input.site, transaction) {
      change(&$0, input, call, transaction.now)
    }
  }

  func response(
    _ receipt: Common.V1.Receipt, _ nonconformance: Quality.V1.Nonconformance, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Response {
    var response = Response()
    response.receipt = receipt
    response.nonconformance = nonconformance
    return response
  }

  func name(_ nonconformance: Quality.V1.Nonconformance) -> String {
    "nonconformance \(nonconformance.nonconformanceID)"
  }
}

/// `ReviewNonconformance`: somebody looks at it.
struct ReviewNonconformance: NonconformanceStep {
  static let method = Quality.V1.QualityService.reviewNonconformance
  static let state = NonconformanceState.underReview

  let nonconformances: NonconformanceDesk

  func site(of request: Quality.V1.ReviewNonconformanceRequest) -> String? { request.site }

  static func nonconformanceID(of request: Quality.V1.ReviewNonconformanceRequest) -> String {
    request.nonconformanceID
  }

  func validate(_ request: Quality.V1.ReviewNonconformanceRequest, _ fields: inout Fields) -> Input
  {
    Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.nonconformanceID = fields.identifier(request.nonconformanceID, "nonconformance_id")
      })
  }
}

/// `DispositionNonconformance`: decides what becomes of the material.
struct DispositionNonconformance: NonconformanceStep {
  static let method = Quality.V1.QualityService.dispositionNonconformance
  static let state = NonconformanceState.dispositioned

  let nonconformances: NonconformanceDesk

  func site(of request: Quality.V1.DispositionNonconformanceRequest) -> String? { request.site }

  static func nonconformanceID(of request: Quality.V1.DispositionNonconformanceRequest) -> String {
    request.nonconformanceID
  }

  func validate(
    _ request: Quality.V1.DispositionNonconformanceRequest, _ fields: inout Fields
  ) -> Input {
    let disposition = fields.known(
      Disposition(rawValue: request.disposition.rawValue), "disposition",
      "USE_AS_IS, REWORK, SCRAP or RETURN", else: .useAsIs)
    return Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.nonconformanceID = fields.identifier(request.nonconformanceID, "nonconformance_id")
        $0.disposition = .init(rawValue: disposition.rawValue)
        $0.reason = fields.sentence(request.reason, "reason")
      })
  }

  func change(
    _ nonconformance: inout Quality.V1.Nonconformance, _ input: Input, _ call: Call, _ now: Instant
  ) {
    nonconformance.disposition = input.request.disposition
    nonconformance.dispositionReason = input.request.reason
    nonconformance.dispositionedBy = call.principal.subject
  }
}

/// `VerifyNonconformance`: somebody else has seen that it was done.
struct VerifyNonconformance: NonconformanceStep {
  static let method = Quality.V1.QualityService.verifyNonconformance
  static let state = NonconformanceState.verified

  let nonconformances: NonconformanceDesk

  func site(of request: Quality.V1.VerifyNonconformanceRequest) -> String? { request.site }

  static func nonconformanceID(of request: Quality.V1.VerifyNonconformanceRequest) -> String {
    request.nonconformanceID
  }

  func validate(_ request: Quality.V1.VerifyNonconformanceRequest, _ fields: inout Fields) -> Input
  {
    Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.nonconformanceID = fields.identifier(request.nonconformanceID, "nonconformance_id")
      })
  }

  func check(
    _ before: Quality.V1.Nonconformance, _ input: Input, _ call: Call, _ snapshot: Snapshot
  )
    throws
  {
    if before.dispositionedBy == call.principal.subject {
      throw QualityError.samePerson(before.nonconformanceID)
    }
  }

  func change(
    _ nonconformance: inout Quality.V1.Nonconformance, _ input: Input, _ call: Call, _ now: Instant
  ) { nonconformance.verifiedBy = call.principal.subject }
}

/// `CloseNonconformance`: nothing is left to do.
struct CloseNonconformance: NonconformanceStep {
  static let method = Quality.V1.QualityService.closeNonconformance
  static let state = NonconformanceState.closed

  let nonconformances: NonconformanceDesk
  let desk: HoldDesk

  func site(of request: Quality.V1.CloseNonconformanceRequest) -> String? { request.site }

  static func nonconformanceID(of request: Quality.V1.CloseNonconformanceRequest) -> String {
    request.nonconformanceID
  }

  func validate(_ request: Quality.V1.CloseNonconformanceRequest, _ fields: inout Fields) -> Input {
    Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.nonconformanceID = fields.identifier(request.nonconformanceID, "nonconformance_id")
      })
  }

  func check(
    _ before: Quality.V1.Nonconformance, _ input: Input, _ call: Call, _ snapshot: Snapshot
  )
    throws
  {
    let active = try desk.holds(
      ofNonconformance: before.nonconformanceID, at: input.site, snapshot
    ).filter { $0.state == .active }.map(\.holdID)
    if !active.isEmpty { throw QualityError.holdsActive(before.nonconformanceID, holds: active) }
  }

  func change(
    _ nonconformance: inout Quality.V1.Nonconformance, _ input: Input, _ call: Call, _ now: Instant
  ) { nonconformance.closedAt = .init(now) }
}
