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
    ])
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
