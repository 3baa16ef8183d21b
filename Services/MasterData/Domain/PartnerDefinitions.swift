import Values

/// What a business partner is to us.
enum PartnerRole: Sendable, Hashable, CaseIterable {
  case supplier, customer, carrier, subcontractor
}

/// A company that one trades with.
struct BusinessPartnerDefinition: Sendable, Hashable {
  var description: String
  /// In the order of the contract, so that what is the same looks the same.
  var roles: [PartnerRole]
  var taxID: String
  /// ISO 3166-1; empty when nothing is known.
  var country: String

  static let taxIDRule = TextRule(maximumLength: 64, characters: .visibleASCII)
}

/// What a supplier calls an item, and what it asks for it.
struct SupplierItemDefinition: Sendable, Hashable {
  var supplier: String
  var item: String
  var supplierItemCode: String
  var supplierItemDescription: String
  var leadTimeDays: Int32
  var prices: [SupplierPrice]

  /// Ten years: more is a mistake in the unit.
  static let leadTimeRange: ClosedRange<Int64> = 0...3_650
  /// Steps of quantity times periods.
  static let maximumPrices = 100
}

/// What a supplier asks for one purchase unit.
struct SupplierPrice: Sendable, Hashable {
  var minimumQuantity: Quantity
  var unitPrice: Quantity
  var currency: String
  var period: EffectivePeriod
}
