import Contracts
import Environment
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `IssueKey`: a new API key, shown once.
struct IssueKey: IdentifiedWriteOperation {
  static let method = Gateway.V1.PartnerService.issueKey
  static let contentScheme = 1

  let book: PartnerBook
  let keyEnvironment: KeyEnvironment
  let environment: Environment

  struct Input: Sendable {
    var requestID: String
    var partner: String
    var expiresAt: Instant?
  }

  func site(of request: Gateway.V1.IssueKeyRequest) -> String? { nil }

  func validate(_ request: Gateway.V1.IssueKeyRequest, _ fields: inout Fields) -> Input {
    Input(
      requestID: fields.text(request.requestID, "request_id", Fields.requestIDRule),
      partner: fields.text(request.partner, "partner", Partner.nameRule),
      expiresAt: fields.credentialEnd(request.expiresAt))
  }

  func identity(of input: Input) -> WriteIdentity {
    .command(site: nil, requestID: input.requestID)
  }

  func addContent(of input: Input, scheme: Int, to digest: inout CanonicalDigest) {
    digest.add(Self.method.name)
    digest.add(input.partner)
    digest.add(input.expiresAt?.microseconds)
  }

  func execute(_ input: Input, fact: Identifier, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Gateway.V1.IssueKeyResponse>
  {
    let key = APIKey.generate(environment, for: keyEnvironment)
    let credential = try book.add(
      key, to: input.partner, expiresAt: input.expiresAt, madeBy: fact, transaction)
    let response = Gateway.V1.IssueKeyResponse.with {
      $0.receipt = .accepted
      $0.credential = .init(credential)
      $0.apiKey = key.text
    }
    return Effect(
      response,
      audit: AuditNote(object: credential.auditObject, digestAfter: credential.digest))
  }

  /// Nobody has the key any more; a credential that was forgotten since has ended long ago.
  func answerAgain(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Gateway.V1.IssueKeyResponse
  {
    let credential = try CredentialRecords.find(madeBy: fact, snapshot)
    return .with {
      $0.receipt = .duplicate
      $0.credential = credential.map { .init($0) }
    }
  }
}
