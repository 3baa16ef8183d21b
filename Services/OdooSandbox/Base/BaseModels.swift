import JSON

/// Users, companies, external ids.
enum BaseModels {
  static let all: [Model] = [
    user, Partner.model, Company.model, Currency.model, externalID, calendar,
  ]

  static let user = Model(
    "res.users", "User",
    fields: [
      .char("name", "Name").required, .char("login", "Login").required,
      .char("tz", "Timezone").starting(.text("UTC")),
      .char("lang", "Language").starting(.text("en_US")),
      .many2one("company_id", "Company", "res.company"),
      .many2many("company_ids", "Companies", "res.company"),
      .boolean("active", "Active").starting(.boolean(true)),
      // Whether the user is one of the managers of manufacturing and inventory.
      .boolean("is_manager", "Manager").starting(.boolean(true)),
      .boolean("is_administrator", "Administrator").starting(.boolean(false)),
    ])

  static let externalID = Model(
    "ir.model.data", "Model Data", fields: [.char("name", "External Identifier")],
    methods: ["check_object_reference": ExternalIDs.check],
    access: ["access": ["Administration/Access Rights"]])

  static let calendar = Model(
    "resource.calendar", "Resource Working Time",
    fields: [
      .char("name", "Name").required,
      .many2one("company_id", "Company", "res.company").starting { .reference($0.company) },
      .boolean("active", "Active").starting(.boolean(true)),
    ])
}
