import JSON

/// Units of measure.
enum Unit {
  static let model = Model(
    "uom.uom", "Product Unit of Measure", order: "factor DESC,id",
    fields: [
      .char("name", "Unit of Measure").required,
      .many2one("category_id", "Category", "uom.category").required.cascading,
      .selection(
        "uom_type", "Type",
        [
          "bigger": "Bigger than the reference Unit of Measure",
          "reference": "Reference Unit of Measure for this category",
          "smaller": "Smaller than the reference Unit of Measure",
        ]
      ).starting(.text("reference")),
      // How many of this unit make one reference unit.
      .float("factor", "Ratio").starting(.float(1)),
      .float("factor_inv", "Bigger Ratio").computed { unit in
        let factor = unit.float("factor")
        return .float(factor == 0 ? 0 : Rounding.round(1 / factor, decimals: 12))
      },
      .float("ratio", "Combined Ratio").computed { unit in
        .float(unit.text("uom_type") == "smaller" ? unit.float("factor") : unit.float("factor_inv"))
      },
      .float("rounding", "Rounding Precision").starting(.float(0.01)),
      .boolean("active", "Active").starting(.boolean(true)),
    ],
    hooks: .init(
      creating: { _, values in invertFactor(&values) },
      writing: { _, _, values, proceed in
        var values = values
        invertFactor(&values)
        try proceed(values)
      },
      deleting: { session, units in
        let used = units.filter { isUsed($0, session) }
        guard used.isEmpty else {
          throw OdooError.user(
            "The following units of measure are used by the system and cannot be deleted: "
              + used.map { $0.text("name") }.joined(separator: ", ")
              + "\nYou can archive them instead.")
        }
      }))

  private static func invertFactor(_ values: inout WrittenValues) {
    guard case .value(.float(let inverse)) = values.removeValue(forKey: "factor_inv"), inverse != 0
    else { return }
    values["factor"] = .value(.float(1 / inverse))
  }

  /// The seven units Odoo protects have an external id of the module `uom`; others count when
  /// products use them.
  private static func isUsed(_ unit: Record, _ session: Session) -> Bool {
    ExternalIDs.names(of: unit).contains { $0.hasPrefix("uom.") }
      || session.database.ids("product.template", where: "uom_id", isOneOf: [unit.id])?.isEmpty
        == false
  }

  /// A quantity of one unit in another, rounded up to the other's rounding unless told otherwise.
  static func convert(
    _ quantity: Double, from: Record?, to: Record?, rounding: Rounding.Method? = .up
  ) -> Double {
    guard let from, let to, quantity != 0 else { return quantity }
    if from.id == to.id {
      return rounding.map { Rounding.round(quantity, to: to.float("rounding"), $0) } ?? quantity
    }
    let amount = quantity / from.float("factor") * to.float("factor")
    return rounding.map { Rounding.round(amount, to: to.float("rounding"), $0) } ?? amount
  }
}
