import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

extension Masterdata.V1.SupplierItem: MasterRecord {
  static let recordKind = RecordKind.supplierItem

  func definition(_ fields: inout Fields) -> SupplierItemDefinition {
    SupplierItemDefinition(
      supplier: fields.code(supplier, "supplier"), item: fields.code(item, "item"),
      supplierItemCode: fields.optionalText(
        supplierItemCode, "supplier_item_code", RecordText.name),
      supplierItemDescription: fields.optionalText(
        supplierItemDescription, "supplier_item_description", RecordText.description),
      leadTimeDays: Int32(
        fields.number(
          Int64(leadTimeDays), "lead_time_days", SupplierItemDefinition.leadTimeRange)),
      prices: fields.each(prices, "prices", atMost: SupplierItemDefinition.maximumPrices) {
        fields, price in
        SupplierPrice(
          minimumQuantity: fields.decimal(price.minimumQuantity, "minimum_quantity", .zeroOrMore),
          unitPrice: fields.decimal(price.unitPrice, "unit_price", .zeroOrMore),
          currency: fields.currency(price.currency, "currency"),
          period: fields.period(price.effectiveFrom, price.effectiveUntil))
      })
  }

  init(_ head: RecordHead, _ reference: SupplierItemDefinition) {
    self.init()
    self.head = .init(head)
    supplier = reference.supplier
    item = reference.item
    supplierItemCode = reference.supplierItemCode
    supplierItemDescription = reference.supplierItemDescription
    leadTimeDays = reference.leadTimeDays
    prices = reference.prices.map { price in
      .with {
        $0.minimumQuantity = price.minimumQuantity.description
        $0.unitPrice = price.unitPrice.description
        $0.currency = price.currency
        $0.effectiveFrom = price.period.from.map { .init($0) }
        $0.effectiveUntil = price.period.until.map { .init($0) }
      }
    }
  }

  static func references(of reference: SupplierItemDefinition) -> [RecordReference] {
    [
      .init("supplier", .businessPartner, reference.supplier), .init("item", .item, reference.item),
    ]
  }

  static func name(of reference: SupplierItemDefinition) -> String {
    "\(reference.supplier)\n\(reference.item)"
  }

  static func judge(_ candidate: Candidate<SupplierItemDefinition>, _ records: KnownRecords) throws
  {
    let reference = candidate.definition
    guard candidate.head.lifeCycle != .withdrawn,
      let other = try records.others(named: name(of: reference), than: candidate.key).first
    else { return }
    throw ContentRejection.supplierItemTaken(
      supplier: reference.supplier, item: reference.item, by: other)
  }

  var asRecord: Masterdata.V1.Record { .with { $0.content = .supplierItem(self) } }
}
