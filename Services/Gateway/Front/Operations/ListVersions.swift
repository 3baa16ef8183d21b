import Contracts
import Protobuf
import RecordStore
import ServiceKit

/// `ListVersions`: how it stands with each contract package.
struct ListVersions: ReadOperation {
  static let method = Gateway.V1.VersionService.listVersions

  /// The packages that partners can call.
  let packages: Set<String>

  func site(of request: Gateway.V1.ListVersionsRequest) -> String? { nil }

  func validate(_ request: Gateway.V1.ListVersionsRequest, _ fields: inout Fields) {}

  func execute(_ input: Void, _ snapshot: Snapshot, _ call: Call) throws
    -> Gateway.V1.ListVersionsResponse
  {
    let versions = try packages.sorted().map { try VersionRecords.find($0, snapshot) }
    return .with { $0.versions = versions.map { .init($0) } }
  }
}
