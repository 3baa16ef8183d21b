import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ListOrders`: a site's orders by name.
struct ListOrders: ReadOperation {
  static let method = Production.V1.ProductionService.listOrders
  /// Most states of one filter: the contract's bound.
  static let maximumStates = 8

  let orders: OrderRecords
  let incarnation: Incarnation

  struct Input: Sendable {
    var site: SiteCode
    var states: [OrderState]
    var filters: ListFilters
    var page: Page
  }

  func site(of request: Production.V1.ListOrdersRequest) -> String? { request.site }

  func validate(_ request: Production.V1.ListOrdersRequest, _ fields: inout Fields) -> Input {
    let site = fields.site(request.site)
    let given = fields.each(request.states, "states", atMost: Self.maximumStates) { fields, state in
      fields.known(
        OrderState(state), "", "RELEASED, ACKNOWLEDGED, RUNNING, COMPLETED or CLOSED",
        else: .released)
    }
    let states = Set(given).sorted { $0.rawValue < $1.rawValue }
    let filters = ListFilters { digest in
      digest.add(site.text)
      for state in states { digest.add(state.rawValue) }
    }
    return Input(
      site: site, states: states, filters: filters, page: fields.page(request.page, of: filters))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Production.V1.ListOrdersResponse
  {
    let after = try input.page.lastKey(in: incarnation) ?? ""
    let found = try orders.list(
      input.site, states: input.states, after: after, limit: input.page.size + 1, snapshot)
    let page = found.prefix(input.page.size)
    let lastKey = found.count > page.count ? page.last?.order.definition.key.name : nil
    return try .with {
      $0.orders = try page.map { try .init($0.order) }
      $0.page = input.filters.response(after: lastKey, in: incarnation)
    }
  }
}
