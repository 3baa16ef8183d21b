import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `RegisterCredential`: lets a partner in by a client certificate or a token.
struct RegisterCredential: WriteOperation {
  static let method = Gateway.V1.PartnerService.registerCredential

  let book: PartnerBook
  let grantable: Grantable

  struct Input: Sendable {
    var partner: String
    /// `nil` when it breaks a rule, and then nothing is executed.
    var shown: Credential.Shown?
    var expiresAt: Instant?
  }

  func site(of request: Gateway.V1.RegisterCredentialRequest) -> String? { nil }

  func validate(_ request: Gateway.V1.RegisterCredentialRequest, _ fields: inout Fields) -> Input {
    Input(
      partner: fields.text(request.partner, "partner", Partner.nameRule),
      shown: shown(request.shown, &fields), expiresAt: fields.credentialEnd(request.expiresAt))
  }

  private func shown(
    _ value: Gateway.V1.RegisterCredentialRequest.OneOf_Shown?, _ fields: inout Fields
  ) -> Credential.Shown? {
    let shown = fields.shown(value)
    if case .token(let token)? = shown, !grantable.issuers.contains(token.issuer) {
      let known = grantable.issuers.sorted().joined(separator: ", ")
      fields.reject(
        "token.issuer",
        "is not among externalIssuers in the Gateway's configuration"
          + (known.isEmpty ? ", which names none" : "; there are \(known)"))
    }
    return shown
  }

  func execute(_ input: Input, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Gateway.V1.RegisterCredentialResponse>
  {
    guard let shown = input.shown else {
      throw Refusal.invalidFields([FieldViolation("certificate", "or token is required")])
    }
    if case .certificate = shown, !grantable.takesCertificates {
      throw Refusals.certificatesNotTaken
    }
    let change = try book.register(
      shown, for: input.partner, expiresAt: input.expiresAt, transaction)
    let credential = change.after
    let response = Gateway.V1.RegisterCredentialResponse.with {
      $0.receipt = change.before == nil ? .accepted : .duplicate
      $0.credential = .init(credential)
    }
    let note = AuditNote(object: credential.auditObject, digestAfter: credential.digest)
    return Effect(response, audit: change.before == nil ? note : nil)
  }
}
