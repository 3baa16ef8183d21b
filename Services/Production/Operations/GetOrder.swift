import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `GetOrder`: one order as it is now.
struct GetOrder: ReadOperation {
  static let method = Production.V1.ProductionService.getOrder

  let orders: OrderRecords

  func site(of request: Production.V1.GetOrderRequest) -> String? { request.site }

  func validate(_ request: Production.V1.GetOrderRequest, _ fields: inout Fields) -> OrderKey {
    fields.orderKey(site: request.site, name: request.orderName)
  }

  func execute(_ key: OrderKey, _ snapshot: Snapshot, _ call: Call) throws
    -> Production.V1.GetOrderResponse
  {
    try .with { $0.order = try .init(orders.require(key, snapshot).order) }
  }
}
