import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ListWorkOrders`: a site's work orders.
struct ListWorkOrders: ObjectList {
  static let method = Production.V1.ProductionService.listWorkOrders

  let objects = WorkOrderDesk().workOrders
  let incarnation: Incarnation

  func site(of request: Production.V1.ListWorkOrdersRequest) -> String? { request.site }

  func validate(_ request: Production.V1.ListWorkOrdersRequest, _ fields: inout Fields) -> Input {
    let states = fields.states(request.states.map(\.rawValue), WorkOrderState.self) { $0.name }
    return Input(
      &fields, site: fields.site(request.site), states: states,
      party: fields.optionalText(request.orderName, "order_name", OrderKey.nameRule),
      page: request.page)
  }

  func response(_ found: [Production.V1.WorkOrder], _ page: Common.V1.PageResponse)
    -> Production.V1.ListWorkOrdersResponse
  {
    .with {
      $0.workOrders = found
      $0.page = page
    }
  }
}

/// `WatchWorkOrders`: every work order of a site that has changed since a token.
struct WatchWorkOrders: ObjectWatch {
  static let method = Production.V1.ProductionService.watchWorkOrders

  let objects = WorkOrderDesk().workOrders
  let incarnation: Incarnation

  func site(of request: Production.V1.WatchWorkOrdersRequest) -> String? { request.site }

  func validate(_ request: Production.V1.WatchWorkOrdersRequest, _ fields: inout Fields) -> Input {
    Input(site: fields.site(request.site), token: fields.resumeToken(request.resumeToken))
  }

  func response(_ workOrder: Production.V1.WorkOrder?, _ token: String)
    -> Production.V1.WatchWorkOrdersResponse
  {
    .with {
      $0.workOrder = workOrder
      $0.resumeToken = token
    }
  }
}
