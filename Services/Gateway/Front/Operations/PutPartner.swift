import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `PutPartner`: makes a partner, or replaces what is known of it.
struct PutPartner: WriteOperation {
  static let method = Gateway.V1.PartnerService.putPartner

  let book: PartnerBook
  let grantable: Grantable

  func site(of request: Gateway.V1.PutPartnerRequest) -> String? { nil }

  func validate(_ request: Gateway.V1.PutPartnerRequest, _ fields: inout Fields) -> Partner? {
    fields.partner(request.partner, "partner", roles: grantable.roles)
  }

  func execute(_ wanted: Partner?, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Gateway.V1.PutPartnerResponse>
  {
    guard let wanted else {
      throw Refusal.invalidFields([FieldViolation("partner", "is required")])
    }
    let change = try book.put(wanted, transaction)
    let isNews = change.before != change.after
    let response = Gateway.V1.PutPartnerResponse.with {
      $0.receipt = isNews ? .accepted : .duplicate
      $0.partner = .init(change.after)
    }
    let note = AuditNote(
      object: "partner \(change.after.name)", digestBefore: change.before?.digest,
      digestAfter: change.after.digest)
    return Effect(response, audit: isNews ? note : nil)
  }
}
