import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ApproveAdjustment`: takes differences of a count over into the books, all of them or none.
struct ApproveAdjustment: ObjectWrite {
  static let method = Inventory.V1.InventoryService.approveAdjustment
  static let makesObject = true
  /// Most differences of one approval: the contract's bound.
  static let maximumVariances = 500
  /// Who says what an approval says.
  private static let sourceSystem = "millrace"

  let desk: MovementDesk

  func site(of request: Inventory.V1.ApproveAdjustmentRequest) -> String? { request.site }

  func validate(_ request: Inventory.V1.ApproveAdjustmentRequest, _ fields: inout Fields) -> Input {
    let variances = fields.each(request.variances, "variances", atMost: Self.maximumVariances) {
      fields, given in
      let variance = fields.decimal(given.variance, "variance", .any)
      if variance.isZero, given.variance == "0" { fields.reject("variance", "must not be zero") }
      return Inventory.V1.ApprovedVariance.with {
        $0.itemCode = fields.code(given.itemCode, "item_code", .businessCode)
        $0.lot = fields.optionalCode(given.lot, "lot", .businessCode)
        $0.serial = fields.optionalCode(given.serial, "serial", .businessCode)
        $0.variance = variance.description
      }
    }
    if request.variances.isEmpty { fields.reject("variances", "must have at least one entry") }
    fields.unique(variances, "variances", "item_code") { [$0.itemCode, $0.lot, $0.serial] }
    return Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.countID = fields.code(request.countID, "count_id", .businessCode)
        $0.variances = variances
        $0.reason = fields.sentence(request.reason, "reason")
      })
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Inventory.V1.ApproveAdjustmentResponse
  {
    try .with {
      $0.adjustments = try input.request.variances.indices.map {
        try MovementRecords.require(input.site, Self.id(fact, $0), snapshot).movement
      }
    }
  }

  private static func id(_ fact: Identifier, _ place: Int) -> String { "\(fact)-\(place + 1)" }

  func write(
    _ input: Input, _ before: Inventory.V1.ApproveAdjustmentResponse?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Inventory.V1.ApproveAdjustmentResponse {
    let stored = try CountRecords.require(input.site, input.request.countID, transaction)
    let comparison = CountComparison(stored: stored, site: input.site, snapshot: transaction)
    let reports = try input.request.variances.enumerated().map { place, approved in
      try report(approved, Self.id(fact, place), comparison, stored, input.request.reason)
    }
    var response = Inventory.V1.ApproveAdjustmentResponse()
    for (place, report) in reports.enumerated() {
      response.adjustments.append(
        try desk.record(
          report, id: Self.id(fact, place), at: input.site, mayQuarantine: false, transaction))
    }
    return response
  }

  /// The adjustment of a difference that is still what was seen.
  private func report(
    _ approved: Inventory.V1.ApprovedVariance, _ id: String, _ comparison: CountComparison,
    _ stored: StoredCount, _ reason: String
  ) throws -> Inventory.V1.MovementReport {
    let key = BalanceKey(
      location: stored.count.location, itemCode: approved.itemCode, lot: approved.lot,
      serial: approved.serial)
    let line = try comparison.line(of: key)
    let variance = line?.variance ?? .zero
    guard let line, variance.description == approved.variance, !variance.isZero else {
      throw InventoryError.varianceChanged(
        key, seen: approved.variance, now: variance.description)
    }
    return try .with {
      $0.header = .with {
        $0.sourceSystem = Self.sourceSystem
        $0.sourceEventID = id
        $0.occurredAt = .init(stored.asOf)
      }
      $0.type = .adjustment
      $0.itemCode = key.itemCode
      $0.lot = key.lot
      $0.serial = key.serial
      $0.fromLocation = variance.isNegative ? key.location : ""
      $0.toLocation = variance.isNegative ? "" : key.location
      let size = try Quantity(millionths: Int64(variance.millionths.magnitude))
      $0.quantity = .init(Amount(size, line.counted.unit))
      $0.document = stored.countID
      $0.reason = reason
    }
  }

  func response(
    _ receipt: Common.V1.Receipt, _ adjustments: Inventory.V1.ApproveAdjustmentResponse,
    fact: Identifier, _ input: Input, _ snapshot: Snapshot
  ) throws -> Inventory.V1.ApproveAdjustmentResponse {
    var response = adjustments
    response.receipt = receipt
    return response
  }

  func name(_ adjustments: Inventory.V1.ApproveAdjustmentResponse) -> String {
    "count \(adjustments.adjustments.first?.report?.document ?? "")"
  }
}
