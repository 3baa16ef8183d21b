import JSON

/// Odoo's rules per record for several companies: what belongs to a company is seen by those who
/// work in it, what belongs to none by everybody.
enum RecordRules {
  /// What the caller may see of a model; `nil`: everything.
  static func domain(_ model: Model, _ session: Session) -> Domain? {
    guard let field = ownerField(model), !sees(all: model, session) else { return nil }
    let companies = session.companies.map { JSONValue.int(Int64($0.id)) }
    let operand = JSONValue.array(field == "id" ? companies : [false] + companies)
    return .leaf(.init(path: [field], operation: .isIn, operand: operand))
  }

  private static func ownerField(_ model: Model) -> String? {
    switch model.name {
    case "res.company": "id"
    case "res.users": nil
    default: model.fields["company_id"] == nil ? nil : "company_id"
    }
  }

  private static func sees(all model: Model, _ session: Session) -> Bool {
    if model.name == "res.company",
      session.record("res.users", session.user).flag("is_administrator")
    {
      return true
    }
    return Set(session.companies.map(\.id)).count == session.database.count("res.company")
  }

  /// The context may only name companies of the user.
  /// - Throws: AccessError.
  static func checkCompanies(_ session: Session) throws {
    guard session.context["allowed_company_ids"] != nil else { return }
    let own = session.record("res.users", session.user).records("company_ids").map(\.id)
    guard session.companies.allSatisfy({ own.contains($0.id) }) else {
      throw OdooError.access("Access to unauthorized or invalid companies.")
    }
  }

  /// Methods whose first argument is no list of ids.
  private static let modelMethods: Set<String> = [
    "search", "search_read", "search_count", "read_group", "name_search", "create", "load",
    "fields_get", "check_object_reference",
  ]

  /// Refuses a method on records that the caller may not see.
  /// - Throws: AccessError.
  static func check(_ call: Call, _ session: Session) throws {
    guard !modelMethods.contains(call.method), let rule = domain(call.model, session),
      let ids = call.arguments.first.map({ $0.arrayValue ?? [$0] })
    else { return }
    let hidden = ids.compactMap { $0.intValue.map { session.record(call.model.name, Int($0)) } }
      .filter { $0.exists && !rule.matches($0) }
    guard !hidden.isEmpty else { return }
    throw refusal(hidden, call, session)
  }

  private static func refusal(_ hidden: [Record], _ call: Call, _ session: Session) -> OdooError {
    let user = session.record("res.users", session.user).text("name")
    let companies = Set(hidden.compactMap { $0.reference("company_id")?.text("name") }).sorted()
    let verb = ["write", "unlink"].contains(call.method) ? call.method : "read"
    return .access(
      """
      Uh-oh! Looks like you have stumbled upon some top-secret records.

      Sorry, \(user) (id=\(session.user)) doesn't have '\(verb)' access to:
      - \(call.model.title) (\(call.model.name))

      If you really, really need access, perhaps you can win over your friendly administrator \
      with a batch of freshly baked cookies.

      This seems to be a multi-company issue, you might be able to access the record by switching \
      to the company: \(companies.joined(separator: ", ")).
      """)
  }
}
