import RPC
import ServiceKit
import Testing
import Values

@testable import GatewayFront

@Suite("Version policy")
struct VersionPolicyTests {
  private static let package = "millrace.production.v1"
  private static let since = Instant(seconds: 784_111_777)
  private static let sunset = Instant(seconds: 1_800_000_000)

  private func judge(
    _ policy: VersionPolicy, _ partner: String = "acme", at now: Instant = since
  ) throws -> [String: String]? {
    try policy.judge(Self.package, partner, at: now).map { metadata in
      Dictionary(
        ["deprecation", "sunset", "millrace-successor"].compactMap { name in
          metadata[name].map { (name, $0) }
        }, uniquingKeysWith: { first, _ in first })
    }
  }

  @Test("A package that nothing is said of is served without a word")
  func served() throws {
    let policy = VersionPolicy()
    #expect(try judge(policy) == nil)
    policy.put(PackageVersion(package: "millrace.other.v1", state: .retired(since: nil)))
    #expect(try judge(policy) == nil)
  }

  @Test("Callers of a deprecated package are told since when, by when and to where")
  func deprecated() throws {
    let policy = VersionPolicy([
      PackageVersion(
        package: Self.package, state: .deprecated(since: Self.since, sunsetAt: Self.sunset),
        successor: "millrace.production.v2")
    ])
    // The date is RFC 9110's own example.
    #expect(
      try judge(policy) == [
        "deprecation": "@784111777", "sunset": "Fri, 15 Jan 2027 08:00:00 GMT",
        "millrace-successor": "millrace.production.v2",
      ])
    policy.put(
      PackageVersion(package: Self.package, state: .deprecated(since: Self.since, sunsetAt: nil)))
    #expect(try judge(policy) == ["deprecation": "@784111777"])
    policy.put(PackageVersion(package: Self.package, state: .served))
    #expect(try judge(policy) == nil)
  }

  @Test("A retired package is refused with its successor, but for who has an exception, until then")
  func retired() throws {
    let policy = VersionPolicy([
      PackageVersion(
        package: Self.package, state: .retired(since: Self.since),
        successor: "millrace.production.v2",
        exceptions: ["late": Self.sunset])
    ])
    let refusal = #expect(throws: Refusal.self) { try judge(policy) }
    #expect(refusal?.code == .failedPrecondition)
    #expect(refusal?.reason == "API_VERSION_RETIRED")
    #expect(
      refusal?.metadata == ["package": Self.package, "successor": "millrace.production.v2"])
    let before = Instant(microseconds: Self.sunset.microseconds - 1)
    let told = try judge(policy, "late", at: before)
    #expect(told?["sunset"] == "Fri, 15 Jan 2027 08:00:00 GMT")
    let seconds = Self.since.microseconds / Instant.microsecondsPerSecond
    #expect(told?["deprecation"] == "@\(seconds)")
    #expect(throws: Refusal.self) { try judge(policy, "late", at: Self.sunset) }
  }

  @Test(
    "The package of a path is what stands before the service's name",
    arguments: [
      ("/millrace.production.v1.ProductionService/GetOrder", "millrace.production.v1"),
      ("/Service/Method", "Service"), ("/", ""), ("", ""), ("/a.b", "a"),
    ])
  func packages(path: String, package: String) {
    #expect(VersionPolicy.package(of: path) == package)
  }

  @Test(
    "Dates are written as HTTP does",
    arguments: [
      (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
      (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
    ] as [(Int64, String)])
  func dates(seconds: Int64, text: String) {
    #expect(HTTPDate.text(Instant(seconds: seconds)) == text)
  }
}
