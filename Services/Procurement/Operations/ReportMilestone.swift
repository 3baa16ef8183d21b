import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ReportMilestone`: where a shipment is.
struct ReportMilestone: ObjectWrite {
  static let method = Procurement.V1.ProcurementService.reportMilestone
  /// Most milestones that a notice shows: the contract's bound; the newest stay.
  private static let maximumMilestones = 100

  let notices: NoticeDesk

  func site(of request: Procurement.V1.ReportMilestoneRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.ReportMilestoneRequest, _ fields: inout Fields) -> Input {
    let site = fields.site(request.site)
    let supplier = fields.supplier(request.supplierCode)
    if ![.departed, .delayed, .arrived].contains(request.kind) {
      fields.reject("kind", "must be DEPARTED, DELAYED or ARRIVED")
    }
    return Input(
      &fields, fact: request.header, at: site, of: supplier,
      .with {
        $0.supplierCode = supplier
        $0.noticeNumber = fields.text(
          request.noticeNumber, "notice_number", Fields.requestIDRule)
        $0.kind = request.kind
        $0.place = fields.optionalCode(request.place, "place", .businessCode)
      })
  }

  func admit(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws {
    _ = try notices.require(
      input.site, input.request.supplierCode, input.request.noticeNumber, call, carriersToo: true,
      snapshot)
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Procurement.V1.ShipNotice
  {
    try notices.require(
      input.site, input.request.supplierCode, input.request.noticeNumber, nil, snapshot)
  }

  func write(
    _ input: Input, _ before: Procurement.V1.ShipNotice?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Procurement.V1.ShipNotice {
    var notice = try before ?? object(input, fact: fact, transaction)
    try NoticeDesk.require(notice, in: ShipNoticeState.open)
    let reached: ShipNoticeState? =
      switch input.request.kind {
      case .departed: .inTransit
      case .arrived: .arrived
      default: nil
      }
    notice.set(ShipNoticeState(notice).after(reached))
    notice.milestones.append(
      .with {
        $0.kind = input.request.kind
        $0.header = input.header.map { .init($0) }
        $0.place = input.request.place
        $0.reportedBy = call.principal.subject
      })
    notice.milestones = Array(notice.milestones.suffix(Self.maximumMilestones))
    return try notices.put(notice, at: input.site, transaction)
  }

  func response(
    _ receipt: Common.V1.Receipt, _ notice: Procurement.V1.ShipNotice, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Procurement.V1.ReportMilestoneResponse {
    .with {
      $0.receipt = receipt
      $0.notice = notice
    }
  }

  func name(_ notice: Procurement.V1.ShipNotice) -> String { "notice \(notice.noticeNumber)" }
}
