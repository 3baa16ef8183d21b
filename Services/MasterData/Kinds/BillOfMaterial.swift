import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

extension Masterdata.V1.BillOfMaterial: MasterRecord {
  static let recordKind = RecordKind.billOfMaterial

  func definition(_ fields: inout Fields) -> BillDefinition {
    let bill = BillDefinition(
      item: fields.code(item, "item"),
      type: fields.known(BillType(type), "type", "NORMAL, KIT or SUBCONTRACT", else: .normal),
      version: fields.optionalText(version, "version", RecordText.name),
      priority: Int32(
        fields.number(Int64(priority), "priority", BillDefinition.priorityRange)),
      quantity: fields.amount(quantity, "quantity", .aboveZero),
      lines: fields.each(lines, "lines", atMost: BillDefinition.maximumLines, Self.line),
      byProducts: fields.each(
        byProducts, "by_products", atMost: BillDefinition.maximumByProducts, Self.byProduct),
      routing: fields.optionalCode(routing, "routing"),
      subcontractors: fields.each(
        subcontractors, "subcontractors", atMost: BillDefinition.maximumSubcontractors
      ) { fields, code in fields.code(code, "") })
    fields.unique(bill.lines, "lines", "line") { $0.line }
    for (index, product) in bill.byProducts.enumerated() where product.item == bill.item {
      fields.reject("by_products[\(index)].item", "must not be the bill's own item")
    }
    if !bill.subcontractors.isEmpty, bill.type != .subcontract {
      fields.reject("subcontractors", "must be empty unless the type is SUBCONTRACT")
    }
    if bill.routing.isEmpty, bill.operations.contains(where: { $0.operation != 0 }) {
      fields.reject("routing", "is required, because lines name its operations")
    }
    return bill
  }

  private static func line(_ fields: inout Fields, _ line: Masterdata.V1.BillLine)
    -> BillDefinition.Line
  {
    BillDefinition.Line(
      line: Int32(fields.number(Int64(line.line), "line", 1...Int64(Int32.max))),
      item: fields.code(line.item, "item"),
      quantity: fields.amount(line.quantity, "quantity", .aboveZero),
      operation: fields.operation(line.operation))
  }

  private static func byProduct(_ fields: inout Fields, _ product: Masterdata.V1.ByProduct)
    -> BillDefinition.ByProduct
  {
    BillDefinition.ByProduct(
      item: fields.code(product.item, "item"),
      quantity: fields.amount(product.quantity, "quantity", .aboveZero),
      operation: fields.operation(product.operation))
  }

  init(_ head: RecordHead, _ bill: BillDefinition) {
    self.init()
    self.head = .init(head)
    item = bill.item
    type =
      switch bill.type {
      case .normal: .normal
      case .kit: .kit
      case .subcontract: .subcontract
      }
    version = bill.version
    priority = bill.priority
    quantity = .init(bill.quantity)
    lines = bill.lines.map { line in
      .with {
        $0.line = line.line
        $0.item = line.item
        $0.quantity = .init(line.quantity)
        $0.operation = line.operation
      }
    }
    byProducts = bill.byProducts.map { product in
      .with {
        $0.item = product.item
        $0.quantity = .init(product.quantity)
        $0.operation = product.operation
      }
    }
    routing = bill.routing
    subcontractors = bill.subcontractors
  }

  static func references(of bill: BillDefinition) -> [RecordReference] {
    var references = [RecordReference("item", .item, bill.item)]
    for (index, line) in bill.lines.enumerated() {
      references.append(.init("lines[\(index)].item", .item, line.item))
    }
    for (index, product) in bill.byProducts.enumerated() {
      references.append(.init("by_products[\(index)].item", .item, product.item))
    }
    for quantity in bill.quantities {
      references.append(.init("\(quantity.field).unit", .unit, quantity.quantity.unit))
    }
    if !bill.routing.isEmpty { references.append(.init("routing", .routing, bill.routing)) }
    for (index, code) in bill.subcontractors.enumerated() {
      references.append(.init("subcontractors[\(index)]", .businessPartner, code))
    }
    return references
  }

  static func judge(_ candidate: Candidate<BillDefinition>, _ records: KnownRecords) throws {
    let bill = candidate.definition
    for (field, item, quantity) in bill.quantities {
      guard let unit = try records.find(Masterdata.V1.Item.self, item)?.definition.unit else {
        continue
      }
      try records.convertible(quantity.unit, into: unit, field: "\(field).unit")
    }
    try judgeOperations(bill, records)
    // A draft may be cyclic as long as nobody uses it.
    guard candidate.head.lifeCycle == .released else { return }
    let parts = Set(bill.lines.map(\.item))
    if parts.isEmpty { return }
    let limit = BillDefinition.maximumItemsBelow
    let below = try RecordLinks.below(
      parts, finding: bill.item, limit: limit + 1, site: candidate.key.site, records.snapshot)
    if below.isFound {
      throw ContentRejection.cyclicBill(candidate.head.code, item: bill.item)
    }
    if below.count > limit {
      throw ContentRejection.billTooLarge(candidate.head.code, maximum: limit)
    }
  }

  private static func judgeOperations(_ bill: BillDefinition, _ records: KnownRecords) throws {
    guard !bill.routing.isEmpty,
      let routing = try records.find(Masterdata.V1.Routing.self, bill.routing)
    else { return }
    let numbers = Set(routing.definition.operations.map(\.number))
    for (field, operation) in bill.operations where operation != 0 {
      guard numbers.contains(operation) else {
        throw ContentRejection.operationUnknown(
          field: field, operation: operation, routing: bill.routing)
      }
    }
  }

  var asRecord: Masterdata.V1.Record { .with { $0.content = .billOfMaterial(self) } }
}

extension Fields {
  /// An operation's number, or 0 for the order as a whole.
  fileprivate mutating func operation(_ number: Int32) -> Int32 {
    Int32(self.number(Int64(number), "operation", 0...RoutingDefinition.numberRange.upperBound))
  }
}

extension BillType {
  fileprivate init?(_ value: Masterdata.V1.BillType) {
    switch value {
    case .normal: self = .normal
    case .kit: self = .kit
    case .subcontract: self = .subcontract
    case .unspecified, .unrecognized: return nil
    }
  }
}
