import Contracts
import Protobuf
import ServiceKit
import Values

/// Turns an order of Odoo into the request that releases it and the plan that postings refer to.
struct ReleaseDraft {
  private let header: OrderHeader
  private let details: OrderDetails
  private let site: SiteCode
  private let unit: OrderDetails.Unit
  private let moves: [OrderDetails.RawMove]
  private let workOrders: [OrderDetails.WorkOrder]
  private let operationCodes: [String]

  /// Seconds in a minute, Odoo's unit of durations.
  private static let secondsPerMinute = 60.0
  /// A year: what a work order cannot be expected to last. Beyond it the duration counts as
  /// unknown.
  private static let maximumDurationSeconds = 31_536_000.0

  /// - Throws: a finding when the order cannot be released as it is.
  init(_ header: OrderHeader, _ details: OrderDetails, site: SiteCode) throws(CaseFinding) {
    guard let unit = details.units[header.unitID] else {
      throw CaseFinding(.orderNotReleasable, "the unit of \(header.name) cannot be read")
    }
    self.header = header
    self.details = details
    self.site = site
    self.unit = unit
    // A line without demand is not part of the plan; at the booking it is stated as zero.
    moves = details.moves.filter { $0.orderID == header.id && !$0.demand.isZero }
      .sorted { $0.id < $1.id }
    workOrders = details.workOrders.filter { $0.orderID == header.id }.sorted { $0.id < $1.id }
    operationCodes = Self.codes(workOrders.map(\.name))
    try check()
  }

  private func check() throws(CaseFinding) {
    if let violation = OrderKey.nameRule.violation(of: header.name) {
      throw CaseFinding(.orderNotReleasable, "the name \(header.name) \(violation)")
    }
    guard header.planned > .zero, moves.allSatisfy({ $0.demand > .zero }) else {
      throw CaseFinding(
        .orderNotReleasable, "\(header.name) plans a quantity that is not above zero")
    }
    try check(unit, header.unitID)
    for move in moves { try check(details.units[move.unitID], move.unitID) }
    for product in [header.productID] + moves.map(\.productID) { try checkCode(of: product) }
    guard openSiblings.isEmpty else {
      throw CaseFinding(
        .splitBeforeRelease,
        "\(header.name) was split into \(openSiblings.count + 1) open orders before it was "
          + "released; release one order of a group at a time")
    }
  }

  private func check(_ unit: OrderDetails.Unit?, _ id: Int64) throws(CaseFinding) {
    guard let unit, Amount.unitRule.violation(of: unit.name) == nil, unit.rounding > .zero else {
      throw CaseFinding(
        .orderNotReleasable, "unit \(id) on \(header.name) has no usable name or rounding")
    }
  }

  private func checkCode(of id: Int64) throws(CaseFinding) {
    let code = details.products[id]?.code ?? ""
    let rule = TextRule(maximumLength: 64, characters: .visible)
    if let violation = rule.violation(of: code) {
      throw CaseFinding(
        .itemCodeMissing,
        "the internal reference of product \(id) on \(header.name) \(violation)")
    }
    if details.codeCounts[code, default: 0] > 1 {
      throw CaseFinding(
        .itemCodeAmbiguous,
        "\(details.codeCounts[code, default: 0]) products have the internal reference \(code)")
    }
  }

  private var openSiblings: [OrderDetails.Sibling] { siblings.filter(\.state.isOpen) }

  private var siblings: [OrderDetails.Sibling] {
    details.siblings.filter {
      $0.groupID == header.groupID && $0.productID == header.productID && $0.id != header.id
    }
  }

  // MARK: The plan

  /// What postings refer to.
  var order: ReleasedOrder {
    let keys = OperationKey.keys(of: workOrders.map { ($0.operationID, $0.name) })
    return ReleasedOrder(
      name: header.name, odooID: header.id, groupID: header.groupID,
      productID: header.productID, unitID: header.unitID, unit: unit.name,
      rounding: unit.rounding, planned: header.planned,
      components: moves.enumerated().map { index, move in
        ReleasedOrder.Component(
          line: Int32(index + 1), itemCode: details.products[move.productID]?.code ?? "",
          key: ComponentKey(productID: move.productID, unitID: move.unitID),
          rounding: details.units[move.unitID]?.rounding ?? unit.rounding)
      },
      operations: zip(operationCodes, keys).map { ReleasedOrder.Operation(code: $0, key: $1) },
      reportingOperation: operationCodes.last ?? "", closedBefore: siblings.map(\.id).sorted())
  }

  // MARK: The request

  /// What Production is asked. The request's identity is the order's: said again it is the same
  /// command.
  var request: Production.V1.ReleaseOrderRequest {
    .with {
      $0.site = site.text
      $0.requestID = "\(site.text)/mo/\(header.id)"
      $0.orderName = header.name
      $0.itemCode = details.products[header.productID]?.code ?? ""
      $0.plannedQuantity = Common.V1.Quantity(Amount(header.planned, unit.name))
      $0.components = moves.enumerated().map { component($0.offset, $0.element) }
      $0.operations = workOrders.enumerated().map { operation($0.offset, $0.element) }
      $0.reportingOperation = operationCodes.last ?? ""
      $0.plannedStartAt = header.startAt.map { Google.ProtobufTypes.Timestamp($0) }
      $0.dueAt = header.dueAt.map { Google.ProtobufTypes.Timestamp($0) }
      $0.tracking = tracking(of: header.productID)
    }
  }

  private func component(_ index: Int, _ move: OrderDetails.RawMove) -> Production.V1.Component {
    let unit = details.units[move.unitID] ?? unit
    let place = workOrders.firstIndex {
      $0.operationID != nil && $0.operationID == move.operationID
    }
    return .with {
      $0.line = Int32(index + 1)
      $0.itemCode = details.products[move.productID]?.code ?? ""
      $0.demand = Common.V1.Quantity(Amount(move.demand, unit.name))
      $0.unitRounding = unit.rounding.description
      $0.operation = place.map { operationCodes[$0] } ?? ""
      $0.tracking = tracking(of: move.productID)
    }
  }

  private func operation(_ index: Int, _ workOrder: OrderDetails.WorkOrder)
    -> Production.V1.Operation
  {
    let seconds = (workOrder.expectedMinutes * Self.secondsPerMinute).rounded()
    return .with {
      $0.code = operationCodes[index]
      $0.position = Int32(index + 1)
      $0.workCenterCode = details.workCenters[workOrder.workCenterID] ?? ""
      $0.expectedDurationSeconds =
        (0...Self.maximumDurationSeconds).contains(seconds) ? Int64(seconds) : 0
    }
  }

  private func tracking(of product: Int64) -> Common.V1.Tracking {
    switch details.products[product]?.tracking {
    case "lot": .lot
    case "serial": .serial
    default: .none
    }
  }

  /// Codes for work orders: their names, with their place where a name is empty, too long or used
  /// twice.
  static func codes(_ names: [String]) -> [String] {
    let rule = TextRule(maximumLength: 56, characters: .visible)
    return names.enumerated().map { index, name in
      if rule.violation(of: name) != nil { return "OPERATION-\(index + 1)" }
      let isUnique = names.filter { $0 == name }.count == 1
      return isUnique ? name : "\(name) #\(index + 1)"
    }
  }
}
