import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

extension Masterdata.V1.Item: MasterRecord {
  static let recordKind = RecordKind.item

  func definition(_ fields: inout Fields) -> ItemDefinition {
    let unit = fields.code(unit, "unit")
    return ItemDefinition(
      description: fields.text(description_p, "description", RecordText.description),
      tracking: fields.known(
        Tracking(tracking), "tracking", "NONE, LOT or SERIAL", else: .none),
      isStorable: storable, unit: unit,
      purchaseUnit: purchaseUnit.isEmpty ? unit : fields.code(purchaseUnit, "purchase_unit"),
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

  static func references(of item: ItemDefinition) -> [RecordReference] {
    [.init("unit", .unit, item.unit), .init("purchase_unit", .unit, item.purchaseUnit)]
  }

  static func name(of item: ItemDefinition) -> String { item.barcode }

  static func judge(_ candidate: Candidate<ItemDefinition>, _ records: KnownRecords) throws {
    let item = candidate.definition
    try item.judge(candidate.head, before: candidate.before)
    try records.convertible(item.purchaseUnit, into: item.unit, field: "purchase_unit")
    guard candidate.head.lifeCycle != .withdrawn, !item.barcode.isEmpty,
      let owner = try records.others(named: item.barcode, than: candidate.key).first
    else { return }
    throw ContentRejection.barcodeTaken(item.barcode, item: owner)
  }

  static func changedGroups(_ candidate: Candidate<ItemDefinition>) -> Set<String?> {
    // Who makes an item says all of it.
    guard let before = candidate.before else { return [nil] }
    var groups = Set(
      candidate.definition.changedGroups(since: before.definition).map(Optional.some))
    if before.head != candidate.head
      || candidate.definition.differsBeyondGroups(from: before.definition)
    {
      groups.insert(nil)
    }
    return groups
  }

  var asRecord: Masterdata.V1.Record { .with { $0.content = .item(self) } }
}
