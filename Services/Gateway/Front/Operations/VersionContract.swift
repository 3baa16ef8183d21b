import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Versions as the contract says them.
extension Gateway.V1.PackageVersion {
  init(_ version: PackageVersion) {
    self.init()
    package = version.package
    successor = version.successor
    exceptions = version.exceptions.sorted { $0.key < $1.key }.map { exception in
      .with {
        $0.partner = exception.key
        $0.until = .init(exception.value)
      }
    }
    switch version.state {
    case .served: state = .served
    case .deprecated(let since, let sunsetAt):
      state = .deprecated
      deprecatedSince = .init(since)
      self.sunsetAt = sunsetAt.map { .init($0) }
    case .retired(let since):
      state = .retired
      deprecatedSince = since.map { .init($0) }
    }
  }
}

extension Fields {
  /// How it stands with a package.
  mutating func version(
    _ value: Gateway.V1.PackageVersion?, _ field: String, packages: Set<String>
  ) -> PackageVersion? {
    guard let value else {
      reject(field, "is required")
      return nil
    }
    return inside(field) { fields in
      let package = fields.text(value.package, "package", PackageVersion.nameRule)
      if !packages.contains(package) {
        fields.reject("package", "must be one of \(packages.sorted().joined(separator: ", "))")
      }
      if value.state == .retired, package == VersionPolicy.ownPackage {
        fields.reject("state", "can't be RETIRED for \(package): nobody could take that back")
      }
      let state = fields.state(value)
      if state == .served { fields.rejectWhatServedHasNot(value) }
      return PackageVersion(
        package: package, state: state,
        successor: fields.optionalText(value.successor, "successor", PackageVersion.nameRule),
        exceptions: fields.exceptions(value.exceptions))
    }
  }

  private mutating func state(_ value: Gateway.V1.PackageVersion) -> PackageVersion.State {
    let range = Self.earliest...Self.latest
    let since = optionalTime(value.deprecatedSince, "deprecated_since", range)
    let sunsetAt = optionalTime(value.sunsetAt, "sunset_at", range)
    switch value.state {
    case .deprecated:
      if since == nil { reject("deprecated_since", "is required when the package is deprecated") }
      if let since, let sunsetAt, sunsetAt <= since {
        reject("sunset_at", "must be later than deprecated_since")
      }
      return .deprecated(since: since ?? Self.earliest, sunsetAt: sunsetAt)
    case .retired:
      if sunsetAt != nil { reject("sunset_at", "is only for a deprecated package") }
      return .retired(since: since)
    case .served:
      if since != nil { reject("deprecated_since", "is not for a served package") }
      if sunsetAt != nil { reject("sunset_at", "is only for a deprecated package") }
      return .served
    default:
      reject("state", "must be SERVED, DEPRECATED or RETIRED")
      return .served
    }
  }

  private mutating func rejectWhatServedHasNot(_ value: Gateway.V1.PackageVersion) {
    if !value.successor.isEmpty { reject("successor", "is not for a served package") }
    if !value.exceptions.isEmpty { reject("exceptions", "are not for a served package") }
  }

  private mutating func exceptions(_ values: [Gateway.V1.VersionException]) -> [String: Instant] {
    let exceptions = each(values, "exceptions", atMost: PackageVersion.maximumExceptions) {
      fields, value in
      (
        fields.text(value.partner, "partner", Partner.nameRule),
        fields.time(value.until, "until", Self.earliest...Self.latest)
      )
    }
    unique(exceptions, "exceptions", "partner") { $0.0 }
    return Dictionary(exceptions, uniquingKeysWith: { first, _ in first })
  }
}

extension PackageVersion {
  /// For the audit log.
  var digest: [UInt8] {
    var digest = CanonicalDigest()
    digest.add(package)
    switch state {
    case .served: digest.add("served")
    case .deprecated(let since, let sunsetAt):
      digest.add("deprecated")
      digest.add(since.microseconds)
      digest.add(sunsetAt?.microseconds)
    case .retired(let since):
      digest.add("retired")
      digest.add(since?.microseconds)
    }
    digest.add(successor)
    for (partner, until) in exceptions.sorted(by: { $0.key < $1.key }) {
      digest.add(partner)
      digest.add(until.microseconds)
    }
    return digest.bytes()
  }
}
