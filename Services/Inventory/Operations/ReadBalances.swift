import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ListBalances`: a site's balances, now or as of any moment.
struct ListBalances: ReadOperation {
  static let method = Inventory.V1.InventoryService.listBalances

  let incarnation: Incarnation

  struct Input: Sendable {
    var site: SiteCode
    var filter: BalanceRecords.Filter
    var asOf: Instant?
    var includeZero: Bool
    var filters: ListFilters
    var page: Page
  }

  func site(of request: Inventory.V1.ListBalancesRequest) -> String? { request.site }

  func validate(_ request: Inventory.V1.ListBalancesRequest, _ fields: inout Fields) -> Input {
    let site = fields.site(request.site)
    let location = fields.optionalCode(request.location, "location", .businessCode)
    let item = fields.optionalCode(request.itemCode, "item_code", .businessCode)
    let lot = fields.optionalCode(request.lot, "lot", .businessCode)
    if !lot.isEmpty, item.isEmpty {
      fields.reject("item_code", "is required with a lot: lots are numbered by item")
    }
    let asOf = fields.optionalTime(request.asOf, "as_of", Fields.earliest...Fields.latest)
    let filters = ListFilters { digest in
      digest.add(site.text)
      digest.add(location)
      digest.add(item)
      digest.add(lot)
      digest.add(asOf?.microseconds)
      digest.add(request.includeZero ? 1 : 0)
    }
    return Input(
      site: site, filter: .init(location: location, itemCode: item, lot: lot), asOf: asOf,
      includeZero: request.includeZero, filters: filters,
      page: fields.page(request.page, of: filters))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Inventory.V1.ListBalancesResponse
  {
    let page = try BalanceRecords.list(
      input.site, input.filter, after: input.page.lastPlace(in: incarnation),
      limit: input.page.size, snapshot)
    let balances = try page.found.map {
      try Inventory.V1.Balance($0, asOf: input.asOf, at: input.site, snapshot)
    }
    return .with {
      $0.balances = balances.filter { input.includeZero || $0.quantity?.value != "0" }
      $0.page = input.filters.response(after: page.next.map { String($0) }, in: incarnation)
    }
  }
}

/// `GetBalances`: balances by their keys, each a point read.
struct GetBalances: ReadOperation {
  static let method = Inventory.V1.InventoryService.getBalances
  /// Most keys: the contract's bound.
  static let maximumKeys = 500

  struct Input: Sendable {
    var site: SiteCode
    var keys: [BalanceKey]
    var asOf: Instant?
  }

  func site(of request: Inventory.V1.GetBalancesRequest) -> String? { request.site }

  func validate(_ request: Inventory.V1.GetBalancesRequest, _ fields: inout Fields) -> Input {
    if request.keys.isEmpty { fields.reject("keys", "must have at least one entry") }
    return Input(
      site: fields.site(request.site),
      keys: fields.each(request.keys, "keys", atMost: Self.maximumKeys) { fields, key in
        BalanceKey(
          location: fields.code(key.location, "location", .businessCode),
          itemCode: fields.code(key.itemCode, "item_code", .businessCode),
          lot: fields.optionalCode(key.lot, "lot", .businessCode),
          serial: fields.optionalCode(key.serial, "serial", .businessCode))
      }, asOf: fields.optionalTime(request.asOf, "as_of", Fields.earliest...Fields.latest))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Inventory.V1.GetBalancesResponse
  {
    try .with {
      $0.balances = try input.keys.map { key in
        guard let found = try BalanceRecords.find(input.site, key, snapshot) else {
          return .init(key, Amount(.zero, ""))
        }
        return try .init(found, asOf: input.asOf, at: input.site, snapshot)
      }
    }
  }
}

/// `WatchBalances`: every balance that has changed since a token.
struct WatchBalances: WatchOperation {
  static let method = Inventory.V1.InventoryService.watchBalances

  let incarnation: Incarnation

  func site(of request: Inventory.V1.WatchBalancesRequest) -> String? { request.site }

  func validate(_ request: Inventory.V1.WatchBalancesRequest, _ fields: inout Fields)
    -> ObjectWatchInput
  {
    ObjectWatchInput(
      site: fields.site(request.site), token: fields.resumeToken(request.resumeToken))
  }

  func start(_ input: ObjectWatchInput, _ database: Database, _ call: Call) async throws -> Int64 {
    guard let token = input.token else { return 0 }
    return try await database.read { try token.position(in: $0, of: incarnation) }
  }

  func next(
    _ input: ObjectWatchInput, after: Int64, limit: Int, _ snapshot: Snapshot, _ call: Call
  ) throws -> WatchPage<Inventory.V1.WatchBalancesResponse> {
    let found = try BalanceRecords.changed(input.site, after: after, limit: limit, snapshot)
    let isFull = found.count == limit
    // A movement changes two balances with one sequence, and a page must not end between them.
    let changed =
      isFull ? found.filter { $0.changeSequence != found.last?.changeSequence } : found
    return try WatchPage(
      telling: changed.map { ($0.changeSequence, $0) }, after: after,
      limit: isFull ? changed.count : limit, incarnation, snapshot
    ) { stored, token in
      try .with {
        $0.balance = try stored.map { try .init($0, asOf: nil, at: input.site, snapshot) }
        $0.resumeToken = token
      }
    }
  }
}

extension Inventory.V1.Balance {
  init(_ stored: StoredBalance, asOf: Instant?, at site: SiteCode, _ snapshot: Snapshot) throws {
    let unit = try BalanceRecords.unit(site, stored.key.itemCode, snapshot) ?? ""
    let quantity = try asOf.map { try stored.quantity(asOf: $0, snapshot) } ?? stored.quantity
    self.init(stored.key, Amount(quantity, unit), revision: asOf == nil ? stored.entryCount : 0)
  }
}
