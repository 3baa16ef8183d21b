import ArgumentParser
import Environment
import Identity
import JSON
import Values

/// `millrace key`: the API keys of partners.
struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "The API keys of partners.",
    subcommands: [IssueKeyCommand.self])
}

/// `millrace key issue`: a new API key, shown once.
struct IssueKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "issue", abstract: "Issue an API key to a partner and show it, once.",
    discussion: """
      Adds the key's hash to the partners file, and the partner when it is new. The Gateway reads \
      the file when it starts. The key itself is stored nowhere.
      """)

  @Option(help: "The partners file; it is made when it is not there.")
  var partners: String

  @Option(help: "The partner's name, for example mes-line-1 (A-Z a-z 0-9 . _ -).")
  var partner: String

  @Option(name: .customLong("site"), help: "A site the partner may act for; repeat for more.")
  var sites: [String]

  @Option(
    name: .customLong("role"),
    help: "What the partner may call: mes (default), planner, auditor, …; repeat for more.")
  var roles: [String] = ["mes"]

  @OptionGroup var limits: LimitOptions

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() async throws {
    let key = APIKey.generate(.system)
    try PartnersStore(path: partners).add(
      key, to: partner, sites: sites.map { SiteCode($0) }, roles: roles.map { RoleName($0) },
      limits: limits.given)
    if json {
      Output.line(
        JSONValue.object([
          "partner": .string(partner), "keyID": .string(key.id), "apiKey": .string(key.text),
        ]).text)
    } else {
      Output.line(key.text)
    }
  }
}

/// How much a partner may call; those that are not given are the standard ones.
struct LimitOptions: ParsableArguments {
  @Option(help: "Calls per second in the long run, all keys of the partner together (100).")
  var callsPerSecond: Int64?

  @Option(help: "Calls at once after a rest (200).")
  var burst: Int64?

  @Option(help: "Calls under way at a time, streams among them (200).")
  var concurrentCalls: Int64?

  /// The limits; `nil` when none is given, and a partner that is there keeps its own.
  var given: CallLimits? {
    if callsPerSecond == nil, burst == nil, concurrentCalls == nil { return nil }
    let standard = CallLimits.standard
    return CallLimits(
      callsPerSecond: callsPerSecond ?? standard.callsPerSecond, burst: burst ?? standard.burst,
      concurrentCalls: concurrentCalls ?? standard.concurrentCalls)
  }

  func validate() throws {
    try check(callsPerSecond, "--calls-per-second", CallLimits.callsPerSecondRange)
    try check(burst, "--burst", CallLimits.burstRange)
    try check(concurrentCalls, "--concurrent-calls", CallLimits.concurrentCallsRange)
  }

  private func check(_ value: Int64?, _ name: String, _ range: ClosedRange<Int64>) throws {
    if let value, !range.contains(value) {
      throw ValidationError("\(name) must be \(range.lowerBound) to \(range.upperBound).")
    }
  }
}
