import JSON

/// Places where goods are, or come from, or vanish to.
enum Location {
  static let model = Model(
    "stock.location", "Inventory Locations", order: "complete_name, id",
    fields: [
      .char("name", "Location Name").required,
      .many2one("location_id", "Parent Location", "stock.location").cascading,
      .selection(
        "usage", "Location Type",
        [
          "supplier": "Vendor Location", "view": "View", "internal": "Internal Location",
          "customer": "Customer Location", "inventory": "Inventory Loss",
          "production": "Production",
          "transit": "Transit Location",
        ]
      ).required.starting(.text("internal")),
      .char("barcode", "Barcode"),
      .many2one("company_id", "Company", "res.company").starting { .reference($0.company) },
      .boolean("scrap_location", "Is a Scrap Location?").starting(.boolean(false)),
      .char("complete_name", "Full Location Name").computed { .text(completeName($0)) },
      .many2one("warehouse_id", "Warehouse", "stock.warehouse").computed {
        .reference(warehouse(of: $0))
      },
      .boolean("active", "Active").starting(.boolean(true)),
    ],
    hooks: .init(writing: { _, locations, values, proceed in
      if case .value(.reference(let parent)) = values["location_id"] {
        for location in locations {
          let above = Record(session: location.session, model: location.model, id: parent)
          if Hierarchy.ancestors(above).contains(location) {
            throw OdooError.user("Recursion Detected.")
          }
        }
      }
      try proceed(values)
    }),
    displayName: completeName)

  /// `WH/Stock/BIN-A1`: the path from the nearest view location on.
  private static func completeName(_ location: Record) -> String {
    var names: [String] = []
    for place in Hierarchy.ancestors(location) {
      names.append(place.text("name"))
      if place.text("usage") == "view" { break }
    }
    return names.reversed().joined(separator: "/")
  }

  private static func warehouse(of location: Record) -> Record? {
    let chain = Hierarchy.ancestors(location).map(\.id)
    return location.session.search(location.session.model("stock.warehouse"), .all)
      .first { $0.value("view_location_id").id.map(chain.contains) ?? false }
  }

  /// Whether moves from here need no stock: everything outside the plant.
  static func bypassesReservation(_ location: Record) -> Bool {
    ["supplier", "customer", "inventory", "production"].contains(location.text("usage"))
      || location.flag("scrap_location")
  }
}
