import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `GetHold`: one hold.
struct GetHold: ReadOperation {
  static let method = Quality.V1.QualityService.getHold

  let desk: HoldDesk

  struct Input: Sendable {
    var site: SiteCode
    var holdID: String
  }

  func site(of request: Quality.V1.GetHoldRequest) -> String? { request.site }

  func validate(_ request: Quality.V1.GetHoldRequest, _ fields: inout Fields) -> Input {
    Input(
      site: fields.site(request.site), holdID: fields.identifier(request.holdID, "hold_id"))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Quality.V1.GetHoldResponse
  {
    try .with { $0.hold = try desk.require(input.site, input.holdID, snapshot) }
  }
}

/// `ListHolds`: a site's holds, those that are not released or all.
struct ListHolds: ObjectList {
  static let method = Quality.V1.QualityService.listHolds

  let objects = HoldDesk().holds
  let incarnation: Incarnation

  func site(of request: Quality.V1.ListHoldsRequest) -> String? { request.site }

  func validate(_ request: Quality.V1.ListHoldsRequest, _ fields: inout Fields) -> Input {
    let target = request.target == nil ? nil : fields.holdTarget(request.target, "target")
    return Input(
      &fields, site: fields.site(request.site),
      states: request.includeEnded ? [] : HoldState.standing, party: target?.key ?? "",
      page: request.page)
  }

  func response(_ found: [Quality.V1.Hold], _ page: Common.V1.PageResponse)
    -> Quality.V1.ListHoldsResponse
  {
    .with {
      $0.holds = found
      $0.page = page
    }
  }
}

/// `WatchHolds`: every hold of a site that has changed since a token.
struct WatchHolds: ObjectWatch {
  static let method = Quality.V1.QualityService.watchHolds
  /// Without a token holds that were released so long ago are not told: whoever begins anew has none of them.
  static let forgottenAfterSeconds: Int64 = 3_600

  let objects = HoldDesk().holds
  let incarnation: Incarnation

  func site(of request: Quality.V1.WatchHoldsRequest) -> String? { request.site }

  func validate(_ request: Quality.V1.WatchHoldsRequest, _ fields: inout Fields) -> Input {
    Input(site: fields.site(request.site), token: fields.resumeToken(request.resumeToken))
  }

  func isTold(_ hold: Quality.V1.Hold, _ input: Input, at now: Instant) -> Bool {
    guard input.token == nil, hold.state == .released, let endedAt = hold.endedAt else {
      return true
    }
    return now < endedAt.instant.advanced(seconds: Self.forgottenAfterSeconds)
  }

  func response(_ hold: Quality.V1.Hold?, _ token: String) -> Quality.V1.WatchHoldsResponse {
    .with {
      $0.hold = hold
      $0.resumeToken = token
    }
  }
}
