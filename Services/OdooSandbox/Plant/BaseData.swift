import JSON

/// What a fresh Odoo database holds before anybody set up a plant.
enum BaseData {
  static func load(_ session: Session, _ account: Dispatcher.Account) {
    currencies(session)
    let partner = session.insert("res.partner", ["name": .text("My Company")])
    session.insert(
      "res.company",
      [
        "name": .text("My Company"), "partner_id": .reference(partner),
        "currency_id": .reference(1),
      ])
    users(session, account)
    session.insert("resource.calendar", ["name": .text("Standard 40 hours/week")])
    accounts(session)
    units(session)
    places(session)
    losses(session)
    let all = session.insert("product.category", ["name": .text("All")])
    name(all, "product.product_category_all")
    session.flush()
  }

  private static func name(_ record: Record, _ externalID: String) {
    record.session.database.externalIDs[externalID] = .init(model: record.model.name, id: record.id)
  }

  private static func currencies(_ session: Session) {
    for currency in Currency.known {
      let record = session.insert(
        "res.currency",
        [
          "name": .text(currency.code), "full_name": .text(currency.name),
          "symbol": .text(currency.symbol), "rounding": .float(currency.rounding),
          "active": .boolean(currency.code == Currency.known[0].code),
        ])
      name(record, "base.\(currency.code)")
    }
  }

  private static func accounts(_ session: Session) {
    let account = session.insert(
      "account.account", ["name": .text("Stock Valuation"), "code": .text("110100")])
    name(account, AccountModels.valuationAccount)
    let journal = session.insert(
      "account.journal", ["name": .text("Inventory Valuation"), "code": .text("STJ")])
    name(journal, AccountModels.valuationJournal)
  }

  /// Ids up to the integration user's belong to accounts of the server itself.
  private static func users(_ session: Session, _ account: Dispatcher.Account) {
    for id in 1...(account.users.map(\.id).max() ?? 1) {
      let user = account.users.first { $0.id == id }
      let login = user?.login ?? "__system\(id)__"
      session.insert(
        "res.users",
        [
          "name": .text(
            user.map { $0.login.prefix(1).uppercased() + $0.login.dropFirst() } ?? "System \(id)"),
          "login": .text(login), "company_id": .reference(1), "company_ids": .references([1]),
          "is_manager": .boolean(user.map { $0.role != .viewer } ?? false),
          "is_administrator": .boolean(user?.role == .administrator),
        ])
    }
  }

  private static func units(_ session: Session) {
    let categories = ["Unit", "Weight", "Working Time", "Length / Distance", "Surface", "Volume"]
    for category in categories { session.insert("uom.category", ["name": .text(category)]) }
    let units: [(String, Int, String, Double)] = [
      ("Units", 1, "reference", 1), ("Dozens", 1, "bigger", 1 / 12),
      ("Days", 3, "reference", 1), ("Hours", 3, "smaller", 8), ("m", 4, "reference", 1),
      ("mm", 4, "smaller", 1_000), ("km", 4, "bigger", 0.001), ("cm", 4, "smaller", 100),
      ("m²", 5, "reference", 1), ("L", 6, "reference", 1), ("m³", 6, "bigger", 0.001),
      ("kg", 2, "reference", 1), ("g", 2, "smaller", 1_000), ("t", 2, "bigger", 0.001),
    ]
    for (label, category, type, factor) in units {
      session.insert(
        "uom.uom",
        [
          "name": .text(label), "category_id": .reference(category), "uom_type": .text(type),
          "factor": .float(factor),
        ])
    }
    for (id, externalID) in [
      (1, "uom.product_uom_unit"), (2, "uom.product_uom_dozen"), (12, "uom.product_uom_kgm"),
      (13, "uom.product_uom_gram"), (5, "uom.product_uom_meter"), (10, "uom.product_uom_litre"),
    ] { name(session.record("uom.uom", id), externalID) }
  }

  private static func places(_ session: Session) {
    func place(_ name: String, _ parent: Record?, _ usage: String) -> Record {
      session.insert(
        "stock.location",
        [
          "name": .text(name), "location_id": .reference(parent), "usage": .text(usage),
          "company_id": .none,
        ])
    }
    let physical = place("Physical Locations", nil, "view")
    let partners = place("Partners", nil, "view")
    name(place("Virtual Locations", nil, "view"), virtualLocations)
    _ = place("Vendors", partners, "supplier")
    _ = place("Customers", partners, "customer")
    _ = place("Inter-company transit", physical, "transit")
    var warehouse: WrittenValues = [
      "name": .value(.text("My Company")), "code": .value(.text("WH")),
      "company_id": .value(.reference(1)),
    ]
    Warehouse.addPlaces(&warehouse, session, below: physical)
    session.insert(
      "stock.warehouse",
      warehouse.compactMapValues { value in
        if case .value(let scalar) = value { scalar } else { nil }
      })
    outside(session, session.record("res.company", 1))
  }

  private static let virtualLocations = "stock.stock_location_locations_virtual"

  /// Where a company's goods come from and go to without anybody bringing or taking them.
  static func outside(_ session: Session, _ company: Record) {
    for (name, usage) in [
      ("Inventory adjustment", "inventory"), ("Production", "production"), ("Scrap", "inventory"),
    ] {
      session.insert(
        "stock.location",
        [
          "name": .text(name), "usage": .text(usage), "company_id": .reference(company),
          "location_id": .reference(session.record(named: virtualLocations)),
          "scrap_location": .boolean(name == "Scrap"),
        ])
    }
  }

  private static func losses(_ session: Session) {
    let reasons: [(String, String, Int)] = [
      ("Material Availability", "availability", 2), ("Equipment Failure", "availability", 3),
      ("Setup and Adjustments", "availability", 4), ("Reduced Speed", "performance", 5),
      ("Process Defect", "quality", 6), ("Reduced Yield", "quality", 7),
      ("Fully Productive Time", "productive", 0),
    ]
    for (label, kind, sequence) in reasons {
      session.insert(
        "mrp.workcenter.productivity.loss",
        ["name": .text(label), "loss_type": .text(kind), "sequence": .integer(sequence)])
    }
  }
}
