import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `GetNonconformance`: one nonconformance with its holds.
struct GetNonconformance: ReadOperation {
  static let method = Quality.V1.QualityService.getNonconformance

  let nonconformances: NonconformanceDesk
  let desk: HoldDesk

  struct Input: Sendable {
    var site: SiteCode
    var nonconformanceID: String
  }

  func site(of request: Quality.V1.GetNonconformanceRequest) -> String? { request.site }

  func validate(_ request: Quality.V1.GetNonconformanceRequest, _ fields: inout Fields) -> Input {
    Input(
      site: fields.site(request.site),
      nonconformanceID: fields.identifier(request.nonconformanceID, "nonconformance_id"))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Quality.V1.GetNonconformanceResponse
  {
    let found = try nonconformances.require(input.site, input.nonconformanceID, snapshot)
    let holds = try desk.holds(
      ofNonconformance: input.nonconformanceID, at: input.site, snapshot
    ).filter { $0.state != .released }
    return .with {
      $0.nonconformance = found
      $0.holds = Array(holds.prefix(HoldDesk.maximumNamed))
    }
  }
}

/// `ListNonconformances`: a site's nonconformances in the order in which they were raised.
struct ListNonconformances: ObjectList {
  static let method = Quality.V1.QualityService.listNonconformances

  let objects = NonconformanceDesk().nonconformances
  let incarnation: Incarnation

  func site(of request: Quality.V1.ListNonconformancesRequest) -> String? { request.site }

  func validate(_ request: Quality.V1.ListNonconformancesRequest, _ fields: inout Fields) -> Input {
    let states = fields.states(request.states.map(\.rawValue), NonconformanceState.self) {
      $0.name
    }
    let subject = request.subject == nil ? nil : fields.holdTarget(request.subject, "subject")
    return Input(
      &fields, site: fields.site(request.site), states: states, party: subject?.key ?? "",
      page: request.page)
  }

  func response(_ found: [Quality.V1.Nonconformance], _ page: Common.V1.PageResponse)
    -> Quality.V1.ListNonconformancesResponse
  {
    .with {
      $0.nonconformances = found
      $0.page = page
    }
  }
}
