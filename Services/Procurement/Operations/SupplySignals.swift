import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ReportSupplyShortage`: something is missing, by the buyer's own planning.
struct ReportSupplyShortage: ObjectWrite {
  static let method = Procurement.V1.ProcurementService.reportSupplyShortage
  static let makesObject = true

  let desk: SignalDesk

  func site(of request: Procurement.V1.ReportSupplyShortageRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.ReportSupplyShortageRequest, _ fields: inout Fields)
    -> Input
  {
    Input(
      &fields, fact: request.header, at: request.site,
      .with {
        $0.itemCode = fields.code(request.itemCode, "item_code", .businessCode)
        $0.quantity = fields.quantity(request.quantity, "quantity", .aboveZero)
        $0.neededBy = fields.optionalTime(
          request.neededBy, "needed_by", Fields.earliest...Fields.latest
        ).map { .init($0) }
      })
  }

  func admit(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws {
    try SupplierScope.requireBuyer(call)
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Procurement.V1.SupplySignal
  { try desk.require(input.site, fact.description, snapshot) }

  func write(
    _ input: Input, _ before: Procurement.V1.SupplySignal?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Procurement.V1.SupplySignal {
    let signal = Procurement.V1.SupplySignal.with {
      $0.signalID = fact.description
      $0.site = input.site.text
      $0.origin = .procurement
      $0.itemCode = input.request.itemCode
      $0.quantity = input.request.quantity
      $0.neededBy = input.request.neededBy
      $0.header = input.header.map { .init($0) }
      $0.state = .open
    }
    try desk.put(signal, at: input.site, transaction)
    return signal
  }

  func response(
    _ receipt: Common.V1.Receipt, _ signal: Procurement.V1.SupplySignal, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Procurement.V1.ReportSupplyShortageResponse {
    .with {
      $0.receipt = receipt
      $0.signal = signal
    }
  }

  func name(_ signal: Procurement.V1.SupplySignal) -> String { "supply signal \(signal.signalID)" }
}

/// `ListSupplySignals`: what is missing, and how current what Production has reported is.
struct ListSupplySignals: ObjectList {
  static let method = Procurement.V1.ProcurementService.listSupplySignals

  let objects = SignalDesk().signals
  let incarnation: Incarnation
  let follower: WatchFollower<ShortageWatch>

  func site(of request: Procurement.V1.ListSupplySignalsRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.ListSupplySignalsRequest, _ fields: inout Fields) -> Input
  {
    let states = fields.states(request.states.map(\.rawValue), SupplySignalState.self) { $0.name }
    let item = fields.optionalCode(request.itemCode, "item_code", .businessCode)
    return Input(
      &fields, site: fields.site(request.site), states: states, party: item, page: request.page)
  }

  func narrow(_ input: Input, _ call: Call) throws -> Input {
    try SupplierScope.requireBuyer(call)
    return input
  }

  func response(_ found: [Procurement.V1.SupplySignal], _ page: Common.V1.PageResponse)
    -> Procurement.V1.ListSupplySignalsResponse
  {
    .with {
      $0.signals = found
      $0.page = page
    }
  }

  func response(
    _ found: [Procurement.V1.SupplySignal], _ page: Common.V1.PageResponse, _ input: Input
  ) -> Procurement.V1.ListSupplySignalsResponse {
    var answer = response(found, page)
    answer.shortagesAsOf = follower.asOf(ShortageWatch.name(of: input.site)).map { .init($0) }
    return answer
  }
}

/// `CloseSupplySignal`: the buyer has done something about one.
struct CloseSupplySignal: ObjectWrite {
  static let method = Procurement.V1.ProcurementService.closeSupplySignal

  let desk: SignalDesk

  func site(of request: Procurement.V1.CloseSupplySignalRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.CloseSupplySignalRequest, _ fields: inout Fields) -> Input
  {
    Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.signalID = fields.code(request.signalID, "signal_id", .businessCode)
        $0.reason = fields.sentence(request.reason, "reason")
      })
  }

  func admit(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws {
    try SupplierScope.requireBuyer(call)
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Procurement.V1.SupplySignal
  { try desk.require(input.site, input.request.signalID, snapshot) }

  func write(
    _ input: Input, _ before: Procurement.V1.SupplySignal?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Procurement.V1.SupplySignal {
    var signal = try before ?? object(input, fact: fact, transaction)
    guard signal.state == .open else { throw ProcurementError.signalClosed(signal.signalID) }
    signal.state = .closed
    signal.closingReason = input.request.reason
    signal.closedBy = call.principal.subject
    try desk.put(signal, at: input.site, transaction)
    return signal
  }

  func response(
    _ receipt: Common.V1.Receipt, _ signal: Procurement.V1.SupplySignal, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Procurement.V1.CloseSupplySignalResponse {
    .with {
      $0.receipt = receipt
      $0.signal = signal
    }
  }

  func name(_ signal: Procurement.V1.SupplySignal) -> String { "supply signal \(signal.signalID)" }
}
