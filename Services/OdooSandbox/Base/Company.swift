import JSON

/// Companies that share the database.
enum Company {
  static let model = Model(
    "res.company", "Companies", order: "sequence, name",
    fields: [
      .char("name", "Company Name").required,
      .integer("sequence", "Sequence").starting(.integer(10)),
      .many2one("partner_id", "Partner", "res.partner"),
      .many2one("currency_id", "Currency", "res.currency").required.starting {
        $0.company?.value("currency_id") ?? .none
      },
      .boolean("active", "Active").starting(.boolean(true)),
    ],
    hooks: .init(created: { company, _ in try furnish(company) }),
    access: [
      "create": administrators, "modify": administrators, "delete": administrators,
    ])

  private static let administrators = ["Administration/Access Rights"]

  /// A new company gets a contact, a warehouse and its own places outside of it; whoever made it
  /// may work in it.
  private static func furnish(_ company: Record) throws {
    let session = company.session
    let name = company.text("name")
    if company.value("partner_id") == .none {
      let partner = session.insert("res.partner", ["name": .text(name)])
      company.set("partner_id", .reference(partner))
    }
    let user = session.record("res.users", session.user)
    user.set(
      "company_ids", .references(user.records("company_ids").map(\.id) + [company.id]))
    session.insert(
      "resource.calendar",
      ["name": .text("Standard 40 hours/week"), "company_id": .reference(company)])
    BaseData.outside(session, company)
    try session.create(
      session.model("stock.warehouse"),
      [
        "name": .value(.text(name)), "code": .value(.text(String(name.prefix(5)))),
        "company_id": .value(.reference(company)),
      ])
  }
}

extension Session {
  /// The companies the caller works in: those the context allows, otherwise all of the user's.
  var companies: [Record] {
    let allowed = context["allowed_company_ids"]?.arrayValue ?? []
    guard allowed.isEmpty else {
      return allowed.compactMap { $0.intValue.map { record("res.company", Int($0)) } }
    }
    return record("res.users", user).records("company_ids")
  }

  /// The company of what the caller makes.
  var company: Record? {
    guard let allowed = context["allowed_company_ids"]?[0]?.intValue else {
      return record("res.users", user).reference("company_id")
    }
    return record("res.company", Int(allowed))
  }
}
