import Contracts
import Protobuf
public import RPC
public import ServiceKit
import Synchronization
public import Values

/// Second step of the way in: decides by its package whether a call goes on, and what its caller is
/// told. In memory; the records have it durably, and a change comes here when it is on disk.
public final class VersionPolicy: Sendable {
  /// The packages that are not simply served.
  private let versions: Mutex<[String: PackageVersion]>

  /// The package that this is administered by.
  static let ownPackage = package(of: Gateway.V1.VersionService.setVersion.path)

  /// A policy of what is known of packages; all others are served.
  public init(_ versions: [PackageVersion] = []) {
    self.versions = Mutex([:])
    for version in versions { put(version) }
  }

  /// Takes over how it stands with a package.
  public func put(_ version: PackageVersion) {
    versions.withLock { $0[version.package] = version.state == .served ? nil : version }
  }

  /// How it stands with a package.
  func version(of package: String) -> PackageVersion {
    versions.withLock { $0[package] } ?? PackageVersion(package: package, state: .served)
  }

  /// Lets a call of a package go on, or refuses it.
  /// - Returns: what the caller is told beside the answer; `nil` when there is nothing to tell.
  /// - Throws: FAILED_PRECONDITION, `API_VERSION_RETIRED`.
  public func judge(_ package: String, _ partner: String, at now: Instant) throws(Refusal)
    -> Metadata?
  {
    let found = versions.withLock { $0.isEmpty ? nil : $0[package] }
    guard let version = found else { return nil }
    switch version.state {
    case .served: return nil
    case .deprecated(let since, let sunsetAt):
      return Self.metadata(since: since, sunsetAt: sunsetAt, version.successor)
    case .retired(let since):
      guard let until = version.exceptions[partner], now < until else {
        throw Refusals.versionRetired(version)
      }
      return Self.metadata(since: since, sunsetAt: until, version.successor)
    }
  }

  /// The package of a path: `/millrace.production.v1.ProductionService/GetOrder` has
  /// `millrace.production.v1`.
  static func package(of path: String) -> String {
    let service = path.dropFirst().prefix { $0 != "/" }
    return String(service.lastIndex(of: ".").map { service[..<$0] } ?? service)
  }

  private static func metadata(since: Instant?, sunsetAt: Instant?, _ successor: String)
    -> Metadata
  {
    var metadata = Metadata()
    // Dates and codes are text that metadata can carry.
    if let since {
      try? metadata.append("deprecation", "@\(since.microseconds / Instant.microsecondsPerSecond)")
    }
    if let sunsetAt { try? metadata.append("sunset", HTTPDate.text(sunsetAt)) }
    if !successor.isEmpty { try? metadata.append("millrace-successor", successor) }
    return metadata
  }
}

/// A moment as HTTP writes it (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
  // 1970-01-01 was a Thursday.
  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  static func text(_ instant: Instant) -> String {
    let civil = CivilTime(instant)
    let day = CalendarDay(instant).number % 7
    let name = days[Int(day < 0 ? day + 7 : day)]
    let date = "\(civil.day < 10 ? "0" : "")\(civil.day) \(months[civil.month - 1]) \(civil.year)"
    return "\(name), \(date) \(civil.timeText) GMT"
  }
}
