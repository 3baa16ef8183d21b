/// What kind of product one is: the field where the series differ most.
enum ProductType {
  /// 18.0 says by a flag whether stock is kept; 17.0 has a type of its own for that.
  static func fields(_ version: OdooVersion) -> [Field] {
    [tracking(version)] + (version == .v17 ? of17 : of18)
  }

  private static func tracking(_ version: OdooVersion) -> Field {
    .selection(
      "tracking", "Tracking",
      [
        "serial": "By Unique Serial Number", "lot": "By Lots",
        "none": version == .v17 ? "No Tracking" : "By Quantity",
      ]
    ).required.starting(.text("none"))
  }

  private static let of18: [Field] = [
    .selection("type", "Product Type", ["consu": "Goods", "service": "Service", "combo": "Combo"])
      .required.starting(.text("consu")),
    .boolean("is_storable", "Track Inventory").starting(.boolean(false)),
  ]

  private static let of17: [Field] = [
    type17("detailed_type", "Product Type").required,
    type17("type", "Type"),
  ]

  private static func type17(_ name: String, _ label: String) -> Field {
    .selection(
      name, label,
      ["consu": "Consumable", "service": "Service", "product": "Storable Product"]
    ).starting(.text("consu"))
  }

  /// The values that make a product one whose stock is kept.
  static func storable(_ version: OdooVersion) -> WrittenValues {
    version == .v17
      ? ["detailed_type": .value(.text("product"))]
      : ["type": .value(.text("consu")), "is_storable": .value(.boolean(true))]
  }

  /// In 17.0 each of the two type fields follows the other when only one is given; a field the
  /// series does not have is not kept.
  static func complete(_ values: inout WrittenValues) {
    if let detailed = values["detailed_type"], values["type"] == nil { values["type"] = detailed }
    if let type = values["type"], values["detailed_type"] == nil { values["detailed_type"] = type }
  }
}
