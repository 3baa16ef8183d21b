import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `GetOrder`: one order, and what holds it.
struct GetOrder: ReadOperation {
  static let method = Production.V1.ProductionService.getOrder

  let orders: OrderRecords
  let holds: HoldCopy

  func site(of request: Production.V1.GetOrderRequest) -> String? { request.site }

  func validate(_ request: Production.V1.GetOrderRequest, _ fields: inout Fields) -> OrderKey {
    fields.orderKey(site: request.site, name: request.orderName)
  }

  func execute(_ input: OrderKey, _ snapshot: Snapshot, _ call: Call) throws
    -> Production.V1.GetOrderResponse
  {
    let order = try orders.require(input, snapshot).order
    return try .with {
      $0.order = try .init(order)
      $0.holds = holds.holds(on: [.order(input.name)], at: input.site).map { .init($0) }
      $0.holdsAsOf = holds.asOf(input.site).map { .init($0) }
    }
  }
}

extension Production.V1.OrderHold {
  fileprivate init(_ hold: KnownHold) {
    self.init()
    holdID = hold.holdID
    reason = hold.reason
    placedAt = .init(hold.placedAt)
  }
}
