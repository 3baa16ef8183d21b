import Contracts
import Protobuf
import RecordStore

/// A record of one of the kinds that come from Odoo, by what all of them have.
extension Masterdata.V1.Record.OneOf_Content {
  var unit: Masterdata.V1.Unit? {
    if case .unit(let record) = self { record } else { nil }
  }
  var item: Masterdata.V1.Item? {
    if case .item(let record) = self { record } else { nil }
  }
  var workCenter: Masterdata.V1.WorkCenter? {
    if case .workCenter(let record) = self { record } else { nil }
  }
  var warehouse: Masterdata.V1.Warehouse? {
    if case .warehouse(let record) = self { record } else { nil }
  }
  var location: Masterdata.V1.Location? {
    if case .location(let record) = self { record } else { nil }
  }
  var businessPartner: Masterdata.V1.BusinessPartner? {
    if case .businessPartner(let record) = self { record } else { nil }
  }
  var supplierItem: Masterdata.V1.SupplierItem? {
    if case .supplierItem(let record) = self { record } else { nil }
  }
  var routing: Masterdata.V1.Routing? {
    if case .routing(let record) = self { record } else { nil }
  }
  var billOfMaterial: Masterdata.V1.BillOfMaterial? {
    if case .billOfMaterial(let record) = self { record } else { nil }
  }

  /// Its head; `nil` when it has none, and for kinds that do not come from Odoo.
  var head: Masterdata.V1.RecordHead? {
    switch self {
    case .unit(let record): record.head
    case .item(let record): record.head
    case .workCenter(let record): record.head
    case .warehouse(let record): record.head
    case .location(let record): record.head
    case .businessPartner(let record): record.head
    case .supplierItem(let record): record.head
    case .routing(let record): record.head
    case .billOfMaterial(let record): record.head
    default: nil
    }
  }

  /// The same with another head.
  func with(_ head: Masterdata.V1.RecordHead) -> Self {
    switch self {
    case .unit(var record):
      record.head = head
      return .unit(record)
    case .item(var record):
      record.head = head
      return .item(record)
    case .workCenter(var record):
      record.head = head
      return .workCenter(record)
    case .warehouse(var record):
      record.head = head
      return .warehouse(record)
    case .location(var record):
      record.head = head
      return .location(record)
    case .businessPartner(var record):
      record.head = head
      return .businessPartner(record)
    case .supplierItem(var record):
      record.head = head
      return .supplierItem(record)
    case .routing(var record):
      record.head = head
      return .routing(record)
    case .billOfMaterial(var record):
      record.head = head
      return .billOfMaterial(record)
    default: return self
    }
  }

  /// The same, withdrawn, as it is sent.
  var withdrawn: Self {
    var head = Masterdata.V1.RecordHead(head?.code ?? "", isActive: false)
    (head.effectiveFrom, head.effectiveUntil) = (
      self.head?.effectiveFrom, self.head?.effectiveUntil
    )
    return with(head)
  }

  /// What tells it from what was sent before, and how many bytes it has.
  func digest() throws -> (bytes: [UInt8], byteCount: Int) {
    let record = try Masterdata.V1.Record.with { $0.content = self }.encoded()
    var digest = CanonicalDigest()
    digest.add(record)
    return (digest.bytes(), record.count)
  }
}
