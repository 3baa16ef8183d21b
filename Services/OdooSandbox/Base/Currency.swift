import JSON

/// Currencies. Like in Odoo all but the company's own wait archived until somebody uses them.
enum Currency {
  static let model = Model(
    "res.currency", "Currency", order: "active desc, name",
    fields: [
      .char("name", "Currency").required, .char("full_name", "Name"),
      .char("symbol", "Symbol").required,
      .float("rounding", "Rounding Factor").starting(.float(0.01)),
      .integer("decimal_places", "Decimal Places").computed { currency in
        .integer(decimals(currency.float("rounding")))
      },
      .boolean("active", "Active").starting(.boolean(true)),
    ])

  /// The currencies the sandbox knows; the first one is the company's.
  static let known: [(code: String, name: String, symbol: String, rounding: Double)] = [
    ("USD", "United States dollar", "$", 0.01), ("EUR", "Euro", "€", 0.01),
    ("CHF", "Swiss franc", "CHF", 0.01), ("CNY", "Chinese yuan", "¥", 0.01),
    ("CZK", "Czech koruna", "Kč", 0.01), ("GBP", "Pound sterling", "£", 0.01),
    ("JPY", "Japanese yen", "¥", 1), ("PLN", "Polish złoty", "zł", 0.01),
  ]

  private static func decimals(_ rounding: Double) -> Int {
    var (rest, count) = (rounding, 0)
    while rest > 0, rest < 1, count < 12 { (rest, count) = (rest * 10, count + 1) }
    return count
  }
}
