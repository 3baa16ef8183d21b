import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `CheckAvailability`: how much of something can be used, and what of it is on hold.
struct CheckAvailability: ReadOperation {
  static let method = Inventory.V1.InventoryService.checkAvailability
  /// Most questions: the contract's bound.
  static let maximumQuestions = 100
  /// Most holds of an answer: the contract's bound.
  static let maximumHolds = 20
  /// Balances that one call looks at: a fraction of a second. More would be no sum but a guess, so it is refused.
  static let maximumBalances = 20_000

  let gate: MovementGate
  var balancesOfCall = Self.maximumBalances

  struct Input: Sendable {
    var site: SiteCode
    var questions: [Question]
  }

  struct Question: Sendable {
    var filter: BalanceRecords.Filter
    var needed: Quantity
  }

  func site(of request: Inventory.V1.CheckAvailabilityRequest) -> String? { request.site }

  func validate(_ request: Inventory.V1.CheckAvailabilityRequest, _ fields: inout Fields) -> Input {
    if request.questions.isEmpty { fields.reject("questions", "must have at least one entry") }
    return Input(
      site: fields.site(request.site),
      questions: fields.each(request.questions, "questions", atMost: Self.maximumQuestions) {
        fields, given in
        Question(
          filter: .init(
            location: fields.optionalCode(given.location, "location", .businessCode),
            itemCode: fields.code(given.itemCode, "item_code", .businessCode),
            lot: fields.optionalCode(given.lot, "lot", .businessCode)),
          needed: fields.decimal(given.quantity, "quantity", .zeroOrMore))
      })
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Inventory.V1.CheckAvailabilityResponse
  { try answer(input, snapshot) }

  func answer(_ input: Input, _ snapshot: Snapshot) throws -> Inventory.V1.CheckAvailabilityResponse
  {
    var left = balancesOfCall
    var chains: [String: [String]] = [:]
    return try .with {
      $0.answers = try input.questions.map {
        try answer($0, at: input.site, snapshot, left: &left, chains: &chains)
      }
      $0.holdsAsOf = gate.holds.asOf(input.site).map { .init($0) }
      $0.referencesAsOf = gate.copy?.asOf(input.site).map { .init($0) }
    }
  }

  /// - Parameters:
  ///   - left: how many balances the call may still look at.
  ///   - chains: what was found so far to be above each location.
  private func answer(
    _ question: Question, at site: SiteCode, _ snapshot: Snapshot, left: inout Int,
    chains: inout [String: [String]]
  ) throws -> Inventory.V1.Availability {
    let item = question.filter.itemCode
    let unit = try BalanceRecords.unit(site, item, snapshot) ?? ""
    let balances = try BalanceRecords.there(site, question.filter, limit: left + 1, snapshot)
    guard balances.count <= left else {
      throw InventoryError.questionTooWide(itemCode: item, limit: balancesOfCall)
    }
    left -= balances.count
    var (onHand, held, available) = (Quantity.zero, Quantity.zero, Quantity.zero)
    var holds: Set<String> = []
    for balance in balances {
      let covering = try gate.holds(on: balance.key, at: site, snapshot, chains: &chains)
      holds.formUnion(covering.map(\.holdID))
      do {
        onHand = try onHand.adding(balance.quantity)
        if covering.isEmpty || balance.quantity.isNegative {
          available = try available.adding(balance.quantity)
        } else {
          held = try held.adding(balance.quantity)
        }
      } catch {
        throw InventoryError.quantityOverflow(balance.key)
      }
    }
    return .with {
      $0.onHand = .init(Amount(onHand, unit))
      $0.held = .init(Amount(held, unit))
      $0.available = .init(Amount(available, unit))
      $0.sufficient = available >= question.needed
      $0.holdIds = Array(holds.sorted().prefix(Self.maximumHolds))
    }
  }
}

/// `ListInventoryCases`: what a person should look at. Cases are what is so now, so they close by themselves.
struct ListInventoryCases: ReadOperation {
  static let method = Inventory.V1.InventoryService.listInventoryCases
  /// Most of each kind: the contract's bound.
  static let maximumCases = 500

  let policies: [SiteCode: SitePolicy]

  func site(of request: Inventory.V1.ListInventoryCasesRequest) -> String? { request.site }

  func validate(_ request: Inventory.V1.ListInventoryCasesRequest, _ fields: inout Fields)
    -> SiteCode
  { fields.site(request.site) }

  func execute(_ site: SiteCode, _ snapshot: Snapshot, _ call: Call) throws
    -> Inventory.V1.ListInventoryCasesResponse
  {
    let negative =
      policies[site]?.negativeStock == .accept
      ? [] : try BalanceRecords.negative(site, limit: Self.maximumCases, snapshot)
    let quarantined = try MovementRecords.list(
      site, .init(state: .quarantined), after: 0, limit: Self.maximumCases, snapshot
    ).found
    return try .with {
      $0.cases =
        try negative.map { balance in
          try .with {
            $0.reason = "NEGATIVE_STOCK"
            $0.balance = try .init(balance, asOf: nil, at: site, snapshot)
          }
        }
        + quarantined.map { stored in
          .with {
            $0.reason = stored.movement.stateReason
            $0.movementID = stored.movement.movementID
          }
        }
    }
  }
}
