import JSON
import Synchronization

/// Calls in the name of one company of an Odoo that has several: its id is in the context of every
/// call, so that what belongs to others is neither seen nor touched.
final class CompanyCaller: OdooCaller {
  private let odoo: any OdooCaller
  private let company: String
  /// Asked for once, and again after a configuration failure.
  private let id = Mutex<Int64?>(nil)

  /// A caller for the company of a name.
  init(odoo: any OdooCaller, company: String) {
    self.odoo = odoo
    self.company = company
  }

  func call(_ call: OdooCall) async throws(OdooFailure) -> OdooAnswer {
    let company = try await companyID()
    var call = call
    var context = call.keywords["context"]?.objectValue ?? [:]
    context["allowed_company_ids"] = [.int(company)]
    call.keywords["context"] = .object(context)
    do { return try await odoo.call(call) } catch {
      if case .configuration = error { id.withLock { $0 = nil } }
      throw error
    }
  }

  private func companyID() async throws(OdooFailure) -> Int64 {
    if let known = id.withLock({ $0 }) { return known }
    let answer = try await odoo.call(
      .searchRead("res.company", [["name", "=", .string(company)]], fields: ["name"], limit: 2))
    let rows = try OdooRow.rows(of: answer, model: "res.company")
    guard rows.count == 1 else {
      throw .configuration(
        OdooWords(
          name: "res.company",
          message: "\(rows.isEmpty ? "no company" : "more than one company") of the name "
            + "\(company) can be seen; exactly one is needed"))
    }
    let found = try rows[0].id()
    id.withLock { $0 = found }
    return found
  }
}
