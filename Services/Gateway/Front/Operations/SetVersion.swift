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
    guard var wanted else {
      throw Refusal.invalidFields([FieldViolation("version", "is required")])
    }
    let before = try VersionRecords.find(wanted.package, transaction)
    if case .retired(nil) = wanted.state {
      wanted.state = .retired(since: before.deprecatedSince ?? transaction.now)
    }
    try requireKnown(wanted.exceptions.keys, transaction)
    let isNews = before != wanted
    if isNews {
      try VersionRecords.put(wanted, transaction)
      transaction.afterCommit { [policy, wanted] in policy.put(wanted) }
    }
    let response = Gateway.V1.SetVersionResponse.with {
      $0.receipt = isNews ? .accepted : .duplicate
      $0.version = .init(wanted)
    }
    let note = AuditNote(
      object: "version \(wanted.package)", digestBefore: before.digest, digestAfter: wanted.digest)
    return Effect(response, audit: isNews ? note : nil)
  }

  /// An exception for nobody is a mistake in the typing, and whom it was for would be shut out.
  private func requireKnown(_ partners: some Sequence<String>, _ snapshot: Snapshot) throws {
    let unknown = try partners.sorted().filter { try PartnerRecords.find($0, snapshot) == nil }
    guard !unknown.isEmpty else { return }
    throw Refusal.invalidFields(
      unknown.map { FieldViolation("version.exceptions", "names \($0), who is no partner") })
  }
}
