import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

extension Masterdata.V1.BusinessPartner: MasterRecord {
  static let recordKind = RecordKind.businessPartner

  func definition(_ fields: inout Fields) -> BusinessPartnerDefinition {
    let given = fields.each(roles, "roles", atMost: PartnerRole.allCases.count) { fields, role in
      fields.known(
        PartnerRole(role), "", "SUPPLIER, CUSTOMER, CARRIER or SUBCONTRACTOR", else: .supplier)
    }
    fields.unique(given, "roles", "") { $0 }
    return BusinessPartnerDefinition(
      description: fields.text(description_p, "description", RecordText.description),
      roles: PartnerRole.allCases.filter(given.contains),
      taxID: fields.optionalText(taxID, "tax_id", BusinessPartnerDefinition.taxIDRule),
      country: country.isEmpty
        ? "" : fields.capitals(country, "country", count: 2, "two capital letters of ISO 3166-1"))
  }

  init(_ head: RecordHead, _ partner: BusinessPartnerDefinition) {
    self.init()
    self.head = .init(head)
    description_p = partner.description
    roles = partner.roles.map { .init($0) }
    taxID = partner.taxID
    country = partner.country
  }

  var asRecord: Masterdata.V1.Record { .with { $0.content = .businessPartner(self) } }
}

extension PartnerRole {
  fileprivate init?(_ value: Masterdata.V1.PartnerRole) {
    switch value {
    case .supplier: self = .supplier
    case .customer: self = .customer
    case .carrier: self = .carrier
    case .subcontractor: self = .subcontractor
    case .unspecified, .unrecognized: return nil
    }
  }
}

extension Masterdata.V1.PartnerRole {
  fileprivate init(_ role: PartnerRole) {
    switch role {
    case .supplier: self = .supplier
    case .customer: self = .customer
    case .carrier: self = .carrier
    case .subcontractor: self = .subcontractor
    }
  }
}
