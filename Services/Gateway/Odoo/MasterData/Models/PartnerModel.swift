import Contracts
import JSON
import Protobuf
import Values

/// Suppliers: who is marked as one, and who has a price for a product.
struct PartnerModel: MasterDataModel {
  private static let rank = "supplier_rank"

  let kind = SubjectKind.partner
  let main: OdooFeed? = OdooFeed(
    model: "res.partner", fields: ["name", "ref", "vat"],
    optional: ["active", "country_code", rank],
    // Without the mark nobody is read at first: those with prices are when the prices are.
    everything: { $0.contains(rank) ? [[.string(rank), ">", 0]] : [["id", "=", 0]] },
    isFiltered: true, isOfInterest: { ($0.value(rank)?.intValue ?? 0) > 0 })

  private static let taxIDRule = TextRule(maximumLength: 64, characters: .visibleASCII)

  func references(of subject: Subject) throws -> Set<Reference> { [] }

  func draft(_ subject: Subject, _ known: Resolutions) throws -> Draft {
    let row = try subject.own(kind)
    let (code, name) = (try row.text("ref"), try row.text("name"))
    let isActive = try row.isActive()
    if code.isEmpty {
      return Draft(
        id: subject.id, label: name, isActive: isActive, claims: [],
        problem: Problem(.partnerWithoutCode, "the supplier \(name) has no reference"))
    }
    return try Draft.of(.businessPartner, subject, code: code, label: code, isActive: isActive) {
      code in
      let taxID = try row.text("vat").filter { !$0.isWhitespace }
      if !taxID.isEmpty, let violation = Self.taxIDRule.violation(of: taxID) {
        throw Problem.unusable("vat \(violation)")
      }
      return .businessPartner(
        try .with {
          $0.head = .init(code, isActive: isActive)
          $0.description_p = name
          $0.roles = [.supplier]
          $0.taxID = taxID
          $0.country = row.has("country_code") ? try row.text("country_code") : ""
        })
    }
  }
}
