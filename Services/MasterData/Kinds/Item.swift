import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

extension Masterdata.V1.Item: MasterRecord {
  static let kind = RecordKind.item

  func definition(_ fields: inout Fields) -> ItemDefinition {
    let unit = fields.text(unit, "unit", RecordHead.codeRule)
    return ItemDefinition(
      description: fields.text(description_p, "description", ItemDefinition.descriptionRule),
      tracking: fields.known(
        ItemTracking(tracking), "tracking", "NONE, LOT or SERIAL", else: .none),
      isStorable: storable, unit: unit,
      purchaseUnit: purchaseUnit.isEmpty
        ? unit : fields.text(purchaseUnit, "purchase_unit", RecordHead.codeRule),
      shelfLifeDays: Int32(
        fields.number(Int64(shelfLifeDays), "shelf_life_days", ItemDefinition.shelfLifeRange)),
      barcode: fields.optionalText(barcode, "barcode", ItemDefinition.barcodeRule))
  }

  init(_ head: RecordHead, _ item: ItemDefinition) {
    self.init()
    self.head = .init(head)
    description_p = item.description
    tracking =
      switch item.tracking {
      case .none: .none
      case .lot: .lot
      case .serial: .serial
      }
    storable = item.isStorable
    unit = item.unit
    purchaseUnit = item.purchaseUnit
    shelfLifeDays = item.shelfLifeDays
    barcode = item.barcode
  }

  static func judge(
    _ item: ItemDefinition, _ head: RecordHead,
    before: (head: RecordHead, definition: ItemDefinition)?, _ snapshot: Snapshot
  ) throws {
    try item.judge(head, before: before.map { ($0.head, $0.definition) })
    let unit = try Masterdata.V1.Unit.find(item.unit, snapshot)
    let purchaseUnit =
      item.purchaseUnit == item.unit
      ? unit : try Masterdata.V1.Unit.find(item.purchaseUnit, snapshot)
    try item.judge(
      head, unit: unit.map { ($0.head, $0.definition) },
      purchaseUnit: purchaseUnit.map { ($0.head, $0.definition) })
    guard head.lifeCycle != .withdrawn, !item.barcode.isEmpty,
      let owner = try RecordLinks.owner(kind, of: item.barcode, snapshot), owner != head.code
    else { return }
    throw RecordRejection.barcodeTaken(item.barcode, item: owner)
  }

  static func link(_ item: ItemDefinition, _ head: RecordHead, _ transaction: Transaction) throws {
    try RecordLinks.put(
      kind, head.code, names: [item.unit, item.purchaseUnit], of: .unit, transaction)
    try RecordLinks.put(
      kind, head.code, name: head.lifeCycle == .withdrawn ? "" : item.barcode, transaction)
  }

  var asRecord: Masterdata.V1.Record { .with { $0.content = .item(self) } }
}

extension ItemTracking {
  fileprivate init?(_ value: Common.V1.Tracking) {
    switch value {
    case .none: self = .none
    case .lot: self = .lot
    case .serial: self = .serial
    case .unspecified, .unrecognized: return nil
    }
  }
}
