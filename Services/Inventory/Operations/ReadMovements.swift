import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `GetMovement`: one movement.
struct GetMovement: ReadOperation {
  static let method = Inventory.V1.InventoryService.getMovement

  struct Input: Sendable {
    var site: SiteCode
    var movementID: String
  }

  func site(of request: Inventory.V1.GetMovementRequest) -> String? { request.site }

  func validate(_ request: Inventory.V1.GetMovementRequest, _ fields: inout Fields) -> Input {
    Input(site: fields.site(request.site), movementID: fields.movementID(request.movementID))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Inventory.V1.GetMovementResponse
  {
    try .with {
      $0.movement = try MovementRecords.require(input.site, input.movementID, snapshot).movement
    }
  }
}

/// `ListMovements`: a site's movements in the order in which they were recorded.
struct ListMovements: ReadOperation {
  static let method = Inventory.V1.InventoryService.listMovements

  let incarnation: Incarnation

  struct Input: Sendable {
    var site: SiteCode
    var filter: MovementRecords.Filter
    var filters: ListFilters
    var page: Page
  }

  func site(of request: Inventory.V1.ListMovementsRequest) -> String? { request.site }

  func validate(_ request: Inventory.V1.ListMovementsRequest, _ fields: inout Fields) -> Input {
    let site = fields.site(request.site)
    let filter = MovementRecords.Filter(
      itemCode: fields.optionalCode(request.itemCode, "item_code", .businessCode),
      lot: fields.optionalCode(request.lot, "lot", .businessCode),
      location: fields.optionalCode(request.location, "location", .businessCode),
      orderName: fields.optionalText(request.orderName, "order_name", OrderKey.nameRule),
      state: request.state == .unspecified ? nil : state(request.state, &fields))
    let filters = ListFilters { digest in
      digest.add(site.text)
      digest.add(filter.itemCode)
      digest.add(filter.lot)
      digest.add(filter.location)
      digest.add(filter.orderName)
      digest.add((filter.state?.rawValue).map(Int64.init))
    }
    return Input(
      site: site, filter: filter, filters: filters, page: fields.page(request.page, of: filters))
  }

  private func state(_ given: Inventory.V1.MovementState, _ fields: inout Fields) -> MovementState {
    fields.known(
      MovementState(rawValue: given.rawValue), "state",
      MovementState.allCases.map(\.name).joined(separator: ", "), else: .received)
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Inventory.V1.ListMovementsResponse
  {
    let (found, next) = try MovementRecords.list(
      input.site, input.filter, after: input.page.lastPlace(in: incarnation),
      limit: input.page.size, snapshot)
    return .with {
      $0.movements = found.map(\.movement)
      $0.page = input.filters.response(after: next.map { String($0) }, in: incarnation)
    }
  }
}

/// `ListSequenceGaps`: numbers that devices have left out.
struct ListSequenceGaps: ReadOperation {
  static let method = Inventory.V1.InventoryService.listSequenceGaps

  let incarnation: Incarnation

  struct Input: Sendable {
    var site: SiteCode
    var sourceSystem: String
    var filters: ListFilters
    var page: Page
  }

  func site(of request: Inventory.V1.ListSequenceGapsRequest) -> String? { request.site }

  func validate(_ request: Inventory.V1.ListSequenceGapsRequest, _ fields: inout Fields) -> Input {
    let site = fields.site(request.site)
    let system = fields.optionalText(
      request.sourceSystem, "source_system", FactIdentity.sourceSystemRule)
    let filters = ListFilters { digest in
      digest.add(site.text)
      digest.add(system)
    }
    return Input(
      site: site, sourceSystem: system, filters: filters,
      page: fields.page(request.page, of: filters))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Inventory.V1.ListSequenceGapsResponse
  {
    // Gaps are few: the place of one is how many come before it.
    let start = Int(try input.page.lastPlace(in: incarnation))
    let found = try DeviceNumbers.gaps(
      input.site, system: input.sourceSystem, limit: start + input.page.size + 1, snapshot)
    let page = found.dropFirst(start).prefix(input.page.size)
    let isMore = found.count > start + page.count
    return .with {
      $0.gaps = page.map { gap in
        .with {
          $0.sourceSystem = gap.sourceSystem
          $0.device = gap.device
          $0.first = gap.first
          $0.last = gap.last
        }
      }
      $0.page = input.filters.response(
        after: isMore ? String(start + page.count) : nil, in: incarnation)
    }
  }
}
