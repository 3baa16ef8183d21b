import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `SubmitCount`: what somebody has found at a location.
struct SubmitCount: ObjectWrite {
  static let method = Inventory.V1.InventoryService.submitCount
  static let makesObject = true
  /// Most lines: the contract's bound.
  static let maximumLines = 1_000

  func site(of request: Inventory.V1.SubmitCountRequest) -> String? { request.site }

  func validate(_ request: Inventory.V1.SubmitCountRequest, _ fields: inout Fields) -> Input {
    let lines = fields.each(request.lines, "lines", atMost: Self.maximumLines) { fields, given in
      let amount = fields.amount(given.quantity, "quantity", .zeroOrMore)
      if !given.serial.isEmpty, ![0, Quantity.scale].contains(amount.value.millionths) {
        fields.reject("quantity.value", "must be 0 or 1: a serial number is one piece")
      }
      return Inventory.V1.CountLine.with {
        $0.itemCode = fields.code(given.itemCode, "item_code", .businessCode)
        $0.lot = fields.optionalCode(given.lot, "lot", .businessCode)
        $0.serial = fields.optionalCode(given.serial, "serial", .businessCode)
        $0.quantity = .init(amount)
      }
    }
    if request.lines.isEmpty, !request.complete {
      fields.reject("lines", "must have at least one entry: the count is not complete")
    }
    fields.unique(lines, "lines", "item_code") { [$0.itemCode, $0.lot, $0.serial] }
    return Input(
      &fields, fact: request.header, at: request.site,
      .with {
        $0.location = fields.code(request.location, "location", .businessCode)
        $0.complete = request.complete
        $0.lines = lines
        $0.device = fields.optionalCode(request.device, "device", .businessCode)
      })
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Inventory.V1.SubmitCountRequest
  { try CountRecords.require(input.site, fact.description, snapshot).count }

  func write(
    _ input: Input, _ before: Inventory.V1.SubmitCountRequest?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Inventory.V1.SubmitCountRequest {
    var count = input.request
    count.site = input.site.text
    count.header = input.header.map { .init($0) }
    // What could never be compared with the books is no count of them.
    for line in count.lines { _ = try line.inItemUnit(at: input.site, transaction) }
    try CountRecords.insert(
      count, id: fact.description, asOf: input.header?.occurredAt ?? transaction.now, input.site,
      transaction)
    try DeviceNumbers.add(of: count.header, input.site, device: count.device, transaction)
    try transaction.outbox.append(
      InventoryEvents.submitted(count, id: fact.description, at: input.site))
    return count
  }

  func response(
    _ receipt: Common.V1.Receipt, _ count: Inventory.V1.SubmitCountRequest, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Inventory.V1.SubmitCountResponse {
    .with {
      $0.receipt = receipt
      $0.countID = fact.description
    }
  }

  func name(_ count: Inventory.V1.SubmitCountRequest) -> String { "count of \(count.location)" }
}
