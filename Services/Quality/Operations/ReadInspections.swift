import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `GetInspection`: one inspection with its results.
struct GetInspection: ReadOperation {
  static let method = Quality.V1.QualityService.getInspection

  let inspections: InspectionDesk

  struct Input: Sendable {
    var site: SiteCode
    var inspectionID: String
  }

  func site(of request: Quality.V1.GetInspectionRequest) -> String? { request.site }

  func validate(_ request: Quality.V1.GetInspectionRequest, _ fields: inout Fields) -> Input {
    Input(
      site: fields.site(request.site),
      inspectionID: fields.identifier(request.inspectionID, "inspection_id"))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Quality.V1.GetInspectionResponse
  {
    let inspection = try inspections.require(input.site, input.inspectionID, snapshot)
    return try .with {
      $0.inspection = inspection
      $0.results = try ResultRecords.list(of: input.inspectionID, at: input.site, snapshot)
    }
  }
}

/// `ListInspections`: a site's inspections in the order in which they were asked for.
struct ListInspections: ObjectList {
  static let method = Quality.V1.QualityService.listInspections

  let objects = InspectionDesk().inspections
  let incarnation: Incarnation

  func site(of request: Quality.V1.ListInspectionsRequest) -> String? { request.site }

  func validate(_ request: Quality.V1.ListInspectionsRequest, _ fields: inout Fields) -> Input {
    let states = fields.states(request.states.map(\.rawValue), InspectionState.self) { $0.name }
    let subject = request.subject == nil ? nil : fields.holdTarget(request.subject, "subject")
    return Input(
      &fields, site: fields.site(request.site), states: states, party: subject?.key ?? "",
      page: request.page)
  }

  func response(_ found: [Quality.V1.Inspection], _ page: Common.V1.PageResponse)
    -> Quality.V1.ListInspectionsResponse
  {
    .with {
      $0.inspections = found
      $0.page = page
    }
  }
}
