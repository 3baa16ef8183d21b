import JSON

/// Contacts: suppliers, customers, the company itself.
enum Partner {
  static let model = Model(
    "res.partner", "Contact", order: "name,id",
    fields: [
      .char("name", "Name").required, .char("ref", "Reference"),
      .boolean("is_company", "Is a Company").starting(.boolean(false)),
      .many2one("parent_id", "Related Company", "res.partner"),
      .integer("supplier_rank", "Supplier Rank").starting(.integer(0)),
      .integer("customer_rank", "Customer Rank").starting(.integer(0)),
      .char("vat", "Tax ID"), .char("email", "Email"), .char("phone", "Phone"),
      .char("street", "Street"), .char("street2", "Street2"), .char("zip", "Zip"),
      .char("city", "City"),
      .many2one("company_id", "Company", "res.company"),
      .boolean("active", "Active").starting(.boolean(true)),
    ])
}
