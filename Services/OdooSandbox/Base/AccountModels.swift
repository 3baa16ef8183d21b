/// As much of accounting as product categories refer to. Nothing is posted.
enum AccountModels {
  static let all: [Model] = [account, journal]

  static let account = Model(
    "account.account", "Account", order: "code, id",
    fields: [.char("name", "Account Name").required, .char("code", "Code").required],
    displayName: { "\($0.text("code")) \($0.text("name"))" })

  static let journal = Model(
    "account.journal", "Journal", order: "code, id",
    fields: [.char("name", "Journal Name").required, .char("code", "Short Code").required])

  /// External ids of what a company's chart of accounts brings for stock.
  static let valuationAccount = "account.1_stock_valuation"
  static let valuationJournal = "account.1_inventory_valuation"
}
