import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit

/// `RevokeInPlantTokens`: ends every in-plant token that has been issued so far.
struct RevokeInPlantTokens: WriteOperation {
  static let method = Gateway.V1.TokenService.revokeInPlantTokens

  func site(of request: Gateway.V1.RevokeInPlantTokensRequest) -> String? { nil }

  func validate(_ request: Gateway.V1.RevokeInPlantTokensRequest, _ fields: inout Fields) {}

  func execute(_ input: Void, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Gateway.V1.RevokeInPlantTokensResponse>
  {
    try RevokedTokens.add(.all(issuedBefore: transaction.now), transaction)
    return Effect(
      .with { $0.issuedBefore = .init(transaction.now) },
      audit: AuditNote(object: "in-plant tokens issued before \(transaction.now)"))
  }
}
