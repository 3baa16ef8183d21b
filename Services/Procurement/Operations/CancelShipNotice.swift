import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `CancelShipNotice`: the supplier takes a notice back.
struct CancelShipNotice: ObjectWrite {
  static let method = Procurement.V1.ProcurementService.cancelShipNotice

  let orders: OrderDesk
  let notices: NoticeDesk

  func site(of request: Procurement.V1.CancelShipNoticeRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.CancelShipNoticeRequest, _ fields: inout Fields) -> Input
  {
    Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.supplierCode = fields.supplier(request.supplierCode)
        $0.noticeNumber = fields.text(
          request.noticeNumber, "notice_number", Fields.requestIDRule)
        $0.reason = fields.sentence(request.reason, "reason")
      })
  }

  func admit(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws {
    _ = try notices.require(
      input.site, input.request.supplierCode, input.request.noticeNumber, call, snapshot)
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
    try NoticeDesk.require(notice, in: ShipNoticeState.underWay)
    for (line, quantity) in try notice.announced.byLine.sorted(by: { $0.key < $1.key }) {
      var order = try orders.require(input.site, line.orderName, nil, transaction)
      try order.add(
        shipped: Quantity.zero.subtracting(quantity), received: .zero, to: line.line)
      try orders.put(order, at: input.site, transaction)
    }
    try PackageRecords.remove(
      of: NoticeDesk.key(notice.supplierCode, notice.noticeNumber), at: input.site, transaction)
    notice.set(.cancelled)
    notice.cancellationReason = input.request.reason
    return try notices.put(notice, at: input.site, transaction)
  }

  func response(
    _ receipt: Common.V1.Receipt, _ notice: Procurement.V1.ShipNotice, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Procurement.V1.CancelShipNoticeResponse {
    .with {
      $0.receipt = receipt
      $0.notice = notice
    }
  }

  func name(_ notice: Procurement.V1.ShipNotice) -> String { "notice \(notice.noticeNumber)" }
}
