import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ChangePurchaseOrder`: the buyer changes an order; what was confirmed is void.
struct ChangePurchaseOrder: OrderCommand {
  static let method = Procurement.V1.ProcurementService.changePurchaseOrder
  static let step = PurchaseOrderStep.change
  static let isBuyers = true

  let desk: OrderDesk
  /// `nil` where no master data is followed.
  let references: OrderReferences?

  static func orderName(of request: Request) -> String { request.orderName }

  func site(of request: Procurement.V1.ChangePurchaseOrderRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.ChangePurchaseOrderRequest, _ fields: inout Fields)
    -> Input
  {
    Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.orderName = fields.orderName(request.orderName)
        $0.contentRevision = fields.number(
          request.contentRevision, "content_revision", 1...Int64.max)
        $0.lines = fields.orderLines(request.lines)
      })
  }

  func change(
    _ order: inout Procurement.V1.PurchaseOrder, _ input: Input, _ transaction: Transaction,
    _ call: Call
  ) throws {
    let request = input.request
    guard request.contentRevision == order.contentRevision else {
      throw ProcurementError.revisionChanged(order.orderName, now: order.contentRevision)
    }
    for line in order.lines {
      let shipped = try order.progress(of: line.line).shipped
      let next = request.lines.first { $0.line == line.line }
      let quantity = try Quantity(decimal: next?.quantity?.value ?? "0")
      let isSame = next.map { $0.itemCode == line.itemCode } ?? false
      if !shipped.isZero,
        quantity < shipped || !isSame || next?.quantity?.unit != line.quantity?.unit
      {
        throw ProcurementError.belowShipped(
          order.orderName, line: line.line, shipped: shipped.description)
      }
    }
    try references?.check(
      request.lines, supplier: order.supplierCode, at: input.site, transaction)
    order.lines = request.lines
    order.agreedLines = []
    order.confirmation?.waiting = false
    order.contentRevision += 1
    order.set(.published)
  }
}
