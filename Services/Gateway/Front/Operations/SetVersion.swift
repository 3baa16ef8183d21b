import Contracts
import Protobuf
import RecordStore
import ServiceKit

/// `SetVersion`: how it stands with a contract package from now on.
struct SetVersion: WriteOperation {
  static let method = Gateway.V1.VersionService.setVersion

  let policy: VersionPolicy
  /// The packages that partners can call.
  let packages: Set<String>

  func site(of request: Gateway.V1.SetVersionRequest) -> String? { nil }

  func validate(_ request: Gateway.V1.SetVersionRequest, _ fields: inout Fields)
    -> PackageVersion?
  {
    fields.version(request.version, "version", packages: packages)
  }

  func execute(_ wanted: PackageVersion?, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Gateway.V1.SetVersionResponse>
  {
    guard let wanted else {
      throw Refusal.invalidFields([FieldViolation("version", "is required")])
    }
    let before = try VersionRecords.find(wanted.package, transaction)
    let isNews = before != wanted
    if isNews {
      try VersionRecords.put(wanted, transaction)
      transaction.afterCommit { [policy] in policy.put(wanted) }
    }
    let response = Gateway.V1.SetVersionResponse.with {
      $0.receipt = isNews ? .accepted : .duplicate
      $0.version = .init(wanted)
    }
    let note = AuditNote(
      object: "version \(wanted.package)", digestBefore: before.digest, digestAfter: wanted.digest)
    return Effect(response, audit: isNews ? note : nil)
  }
}
