import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `RevokeCredential`: ends a credential, at once or at a time.
struct RevokeCredential: WriteOperation {
  static let method = Gateway.V1.PartnerService.revokeCredential

  let book: PartnerBook

  struct Input: Sendable {
    var id: String
    var expiresAt: Instant
  }

  func site(of request: Gateway.V1.RevokeCredentialRequest) -> String? { nil }

  func validate(_ request: Gateway.V1.RevokeCredentialRequest, _ fields: inout Fields) -> Input {
    Input(
      id: fields.text(request.credentialID, "credential_id", Credential.idRule),
      expiresAt: fields.optionalTime(
        request.expiresAt, "expires_at", Fields.earliest...Fields.latest) ?? Fields.earliest)
  }

  func execute(_ input: Input, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Gateway.V1.RevokeCredentialResponse>
  {
    let change = try book.end(input.id, at: input.expiresAt, transaction)
    let isNews = change.before != change.after
    let response = Gateway.V1.RevokeCredentialResponse.with {
      $0.receipt = isNews ? .accepted : .duplicate
      $0.credential = .init(change.after)
    }
    let note = AuditNote(
      object: change.after.auditObject, digestBefore: change.before?.digest,
      digestAfter: change.after.digest)
    return Effect(response, audit: isNews ? note : nil)
  }
}
