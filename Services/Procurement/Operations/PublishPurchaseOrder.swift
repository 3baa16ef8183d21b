import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `PublishPurchaseOrder`: the buyer sends an order.
struct PublishPurchaseOrder: OrderWrite {
  static let method = Procurement.V1.ProcurementService.publishPurchaseOrder
  static let makesObject = true
  /// ISO 4217.
  private static let currencyLength = 3

  let desk: OrderDesk
  /// `nil` where no master data is followed: every code is taken then.
  let references: OrderReferences?

  func site(of request: Procurement.V1.PublishPurchaseOrderRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.PublishPurchaseOrderRequest, _ fields: inout Fields)
    -> Input
  {
    let currency = request.currency
    if currency.utf8.count != Self.currencyLength
      || !currency.utf8.allSatisfy({ (65...90).contains($0) })
    {
      fields.reject("currency", "must be three letters A-Z")
    }
    return Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.orderName = fields.orderName(request.orderName)
        $0.supplierCode = fields.supplier(request.supplierCode)
        $0.currency = currency
        $0.lines = fields.orderLines(request.lines)
      })
  }

  static func orderName(of request: Request) -> String { request.orderName }

  func admit(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws {
    try SupplierScope.requireBuyer(call)
  }

  func write(
    _ input: Input, _ before: Procurement.V1.PurchaseOrder?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Procurement.V1.PurchaseOrder {
    let request = input.request
    guard try desk.orders.find(input.site, request.orderName, transaction) == nil else {
      throw ProcurementError.orderExists(request.orderName)
    }
    try references?.copy.ownership(of: input.site).check(
      "purchase_order", stage: PurchaseOrderState.published.name, site: input.site,
      writer: call.principal.subject, at: transaction.now)
    try references?.check(
      request.lines, supplier: request.supplierCode, at: input.site, transaction)
    return try desk.put(
      .with {
        $0.site = input.site.text
        $0.orderName = request.orderName
        $0.supplierCode = request.supplierCode
        $0.currency = request.currency
        $0.lines = request.lines
        $0.state = .published
        $0.contentRevision = 1
        $0.publishedAt = .init(transaction.now)
      }, at: input.site, transaction)
  }
}
