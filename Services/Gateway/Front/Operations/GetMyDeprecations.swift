import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `GetMyDeprecations`: which of the caller's own calls it should make otherwise, and by when.
struct GetMyDeprecations: ReadOperation {
  static let method = Gateway.V1.VersionService.getMyDeprecations

  func site(of request: Gateway.V1.GetMyDeprecationsRequest) -> String? { nil }

  func validate(_ request: Gateway.V1.GetMyDeprecationsRequest, _ fields: inout Fields) {}

  func execute(_ input: Void, _ snapshot: Snapshot, _ call: Call) throws
    -> Gateway.V1.GetMyDeprecationsResponse
  {
    let partner = call.principal.subject
    let affected = try VersionRecords.all(snapshot).flatMap { version in
      try UsageRecords.methods(of: version.package, partner, snapshot).map { used in
        Gateway.V1.Deprecation.with {
          $0.method = used.method
          $0.state = version.isRetired ? .retired : .deprecated
          $0.successor = version.successor
          $0.moveBy = version.moveBy(partner).map { .init($0) }
          $0.calls = used.calls
          $0.lastUsedAt = .init(used.lastUsedAt)
        }
      }
    }
    return .with { $0.deprecations = affected }
  }
}

extension PackageVersion {
  /// By when a partner must have moved; `nil` when that is not said.
  fileprivate func moveBy(_ partner: String) -> Instant? {
    switch state {
    case .served: nil
    case .deprecated(_, let sunsetAt): sunsetAt
    case .retired: exceptions[partner]
    }
  }
}
