import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `GetShipNotice`: one notice.
struct GetShipNotice: ReadOperation {
  static let method = Procurement.V1.ProcurementService.getShipNotice

  let notices: NoticeDesk

  struct Input: Sendable {
    var site: SiteCode
    var supplier: String
    var number: String
  }

  func site(of request: Procurement.V1.GetShipNoticeRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.GetShipNoticeRequest, _ fields: inout Fields) -> Input {
    Input(
      site: fields.site(request.site), supplier: fields.supplier(request.supplierCode),
      number: fields.text(request.noticeNumber, "notice_number", Fields.requestIDRule))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Procurement.V1.GetShipNoticeResponse
  {
    try .with {
      $0.notice = try notices.require(
        input.site, input.supplier, input.number, call, carriersToo: true, snapshot)
    }
  }
}

/// `ListShipNotices`: a site's notices, of a supplier its own.
struct ListShipNotices: ObjectList {
  static let method = Procurement.V1.ProcurementService.listShipNotices

  let objects = NoticeDesk().notices
  let incarnation: Incarnation

  func site(of request: Procurement.V1.ListShipNoticesRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.ListShipNoticesRequest, _ fields: inout Fields) -> Input {
    let states = fields.states(request.states.map(\.rawValue), ShipNoticeState.self) { $0.name }
    let supplier = fields.optionalCode(request.supplierCode, "supplier_code", .businessCode)
    return Input(
      &fields, site: fields.site(request.site), states: states, party: supplier,
      page: request.page)
  }

  func narrow(_ input: Input, _ call: Call) throws -> Input {
    var narrowed = input
    narrowed.party = try SupplierScope.party(input.party, call)
    return narrowed
  }

  func response(_ found: [Procurement.V1.ShipNotice], _ page: Common.V1.PageResponse)
    -> Procurement.V1.ListShipNoticesResponse
  {
    .with {
      $0.notices = found
      $0.page = page
    }
  }
}
