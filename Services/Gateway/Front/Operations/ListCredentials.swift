import Contracts
import Protobuf
import RecordStore
import ServiceKit

/// `ListCredentials`: a partner's credentials, the newest first.
struct ListCredentials: ReadOperation {
  static let method = Gateway.V1.PartnerService.listCredentials

  func site(of request: Gateway.V1.ListCredentialsRequest) -> String? { nil }

  func validate(_ request: Gateway.V1.ListCredentialsRequest, _ fields: inout Fields) -> String {
    fields.text(request.partner, "partner", Partner.nameRule)
  }

  func execute(_ partner: String, _ snapshot: Snapshot, _ call: Call) throws
    -> Gateway.V1.ListCredentialsResponse
  {
    try PartnerBook.require(partner, snapshot)
    let found = try CredentialRecords.list(of: partner, snapshot)
    return .with { $0.credentials = found.map { .init($0) } }
  }
}
