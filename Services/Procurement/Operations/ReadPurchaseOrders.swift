import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `GetPurchaseOrder`: one order.
struct GetPurchaseOrder: ReadOperation {
  static let method = Procurement.V1.ProcurementService.getPurchaseOrder

  let desk: OrderDesk

  struct Input: Sendable {
    var site: SiteCode
    var orderName: String
  }

  func site(of request: Procurement.V1.GetPurchaseOrderRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.GetPurchaseOrderRequest, _ fields: inout Fields) -> Input
  {
    Input(site: fields.site(request.site), orderName: fields.orderName(request.orderName))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Procurement.V1.GetPurchaseOrderResponse
  {
    try .with { $0.order = try desk.require(input.site, input.orderName, call, snapshot) }
  }
}

/// `ListPurchaseOrders`: a site's orders, of a supplier its own.
struct ListPurchaseOrders: ObjectList {
  static let method = Procurement.V1.ProcurementService.listPurchaseOrders

  let objects = OrderDesk().orders
  let incarnation: Incarnation

  func site(of request: Procurement.V1.ListPurchaseOrdersRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.ListPurchaseOrdersRequest, _ fields: inout Fields)
    -> Input
  {
    let states = fields.states(request.states.map(\.rawValue), PurchaseOrderState.self) { $0.name }
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

  func response(_ found: [Procurement.V1.PurchaseOrder], _ page: Common.V1.PageResponse)
    -> Procurement.V1.ListPurchaseOrdersResponse
  {
    .with {
      $0.orders = found
      $0.page = page
    }
  }
}

/// `WatchPurchaseOrders`: every order that has changed since a token, of a supplier its own.
struct WatchPurchaseOrders: ObjectWatch {
  static let method = Procurement.V1.ProcurementService.watchPurchaseOrders

  let objects = OrderDesk().orders
  let incarnation: Incarnation

  func site(of request: Procurement.V1.WatchPurchaseOrdersRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.WatchPurchaseOrdersRequest, _ fields: inout Fields)
    -> Input
  {
    Input(site: fields.site(request.site), token: fields.resumeToken(request.resumeToken))
  }

  func narrow(_ input: Input, _ call: Call) throws -> Input {
    var narrowed = input
    narrowed.party = try SupplierScope.party(input.party, call)
    return narrowed
  }

  func response(_ order: Procurement.V1.PurchaseOrder?, _ token: String)
    -> Procurement.V1.WatchPurchaseOrdersResponse
  {
    .with {
      $0.order = order
      $0.resumeToken = token
    }
  }
}
