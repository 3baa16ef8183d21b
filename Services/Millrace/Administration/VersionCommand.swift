import ArgumentParser
import Contracts
import Environment
import JSON
import Protobuf
import ServiceKit
import Values

/// `millrace version`: the life of contract packages.
struct VersionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Which contract packages are served, deprecated or retired.",
    subcommands: [SetVersionCommand.self, ListVersionsCommand.self])
}

/// `millrace version set`: how it stands with a package from now on.
struct SetVersionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Serve, deprecate or retire a contract package.",
    discussion: """
      What is said replaces what was said before. A partner sees with GetMyDeprecations which of its \
      own calls are affected. Retire a package when `millrace usage` shows that nobody calls it any \
      more, or name exceptions.
      """)

  /// What can become of a package.
  enum State: String, ExpressibleByArgument, CaseIterable, Sendable {
    case served, deprecated, retired
  }

  @OptionGroup var gateway: GatewayOptions

  @Argument(help: "The package, for example millrace.production.v1.")
  var package: String

  @Argument(help: "served, deprecated or retired.")
  var state: State

  @Option(
    help:
      "Deprecated or retired: since which day (UTC), 2026-11-26; without it since it was deprecated, or today."
  )
  var since: String?

  @Option(help: "Deprecated: on which day (UTC) it is to be retired.")
  var sunset: String?

  @Option(help: "The package to use instead.")
  var successor = ""

  @Option(
    name: .customLong("exception"),
    help: "PARTNER=DAY: who may go on when it is retired, and until which day; repeat for more.")
  var exceptions: [String] = []

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    _ = try since.map { try Self.day($0, "--since") }
    _ = try sunset.map { try Self.day($0, "--sunset") }
    for exception in exceptions { _ = try Self.exception(exception) }
  }

  mutating func run() async throws {
    let today = CalendarDay(Environment.system.clock.now)
    let request = try Gateway.V1.SetVersionRequest.with {
      $0.version = try .with {
        $0.package = package
        $0.successor = successor
        $0.exceptions = try exceptions.map(Self.exception)
        $0.sunsetAt = try sunset.map { .init(try Self.day($0, "--sunset").start) }
        switch state {
        case .served: $0.state = .served
        case .retired:
          $0.state = .retired
          $0.deprecatedSince = try since.map { .init(try Self.day($0, "--since").start) }
        case .deprecated:
          $0.state = .deprecated
          $0.deprecatedSince = .init(
            try since.map { try Self.day($0, "--since") }?.start ?? today.start)
        }
      }
    }
    let response = try await gateway.use { try await $0.versions.setVersion(request) }
    VersionText.show(response.version.map { [$0] } ?? [], json: json)
  }

  private static func day(_ text: String, _ option: String) throws -> CalendarDay {
    guard let day = CalendarDay(text) else {
      throw ValidationError("\(option): \(text) is no day such as 2026-11-26")
    }
    return day
  }

  private static func exception(_ text: String) throws -> Gateway.V1.VersionException {
    let parts = text.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw ValidationError("--exception: \(text) is not PARTNER=DAY")
    }
    let until = try day(String(parts[1]), "--exception").start
    return .with {
      $0.partner = String(parts[0])
      $0.until = .init(until)
    }
  }
}

/// `millrace version list`: how it stands with each package.
struct ListVersionsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the contract packages, and how it stands with each.")

  @OptionGroup var gateway: GatewayOptions

  @Flag(help: "Print one JSON object on each line.")
  var json = false

  mutating func run() async throws {
    let versions = try await gateway.use { try await $0.versions.listVersions(.init()).versions }
    VersionText.show(versions, json: json)
  }
}

/// Versions as people and scripts read them.
enum VersionText {
  static func show(_ versions: [Gateway.V1.PackageVersion], json: Bool) {
    if json { return versions.forEach { Output.line(self.json($0).text) } }
    var table = TextTable([
      ("package", .left), ("state", .left), ("since", .left), ("sunset", .left),
      ("successor", .left), ("exceptions", .left),
    ])
    for version in versions {
      table.add([
        version.package, state(version), day(version.deprecatedSince) ?? "-",
        day(version.sunsetAt) ?? "-", version.successor.isEmpty ? "-" : version.successor,
        version.exceptions.map { "\($0.partner) until \(day($0.until) ?? "?")" }
          .joined(separator: ", "),
      ])
    }
    table.lines().forEach(Output.line)
  }

  private static func json(_ version: Gateway.V1.PackageVersion) -> JSONValue {
    var members: [String: JSONValue] = [
      "package": .string(version.package), "state": .string(state(version)),
      "successor": .string(version.successor),
      "exceptions": .object(
        Dictionary(
          version.exceptions.map { ($0.partner, .string(day($0.until) ?? "")) },
          uniquingKeysWith: { first, _ in first })),
    ]
    if let since = day(version.deprecatedSince) { members["deprecatedSince"] = .string(since) }
    if let sunset = day(version.sunsetAt) { members["sunsetAt"] = .string(sunset) }
    return .object(members)
  }

  private static func state(_ version: Gateway.V1.PackageVersion) -> String {
    switch version.state {
    case .served: "served"
    case .deprecated: "deprecated"
    case .retired: "retired"
    default: "?"
    }
  }

  private static func day(_ value: Google.ProtobufTypes.Timestamp?) -> String? {
    value.map { "\(CalendarDay(Instant(seconds: $0.seconds)))" }
  }
}
