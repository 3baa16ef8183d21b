import ArgumentParser
import Contracts
import JSON
import Protobuf
import Values

/// `millrace usage`: how much partners have called.
struct UsageCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "usage", abstract: "How much partners have called, by day, method and status.")

  @OptionGroup var gateway: GatewayOptions

  @Argument(help: "The partner's name; all partners without it, which administrators may see.")
  var partner: String?

  @Flag(help: "Show the caller's own usage, which everybody may see.")
  var own = false

  @Option(help: "The first day (UTC), 2026-11-26; without it the last 30 days.")
  var first = ""

  @Option(help: "The last day (UTC); without it today.")
  var last = ""

  @Flag(help: "Print one JSON object on each line.")
  var json = false

  func validate() throws {
    guard partner == nil || !own else {
      throw ValidationError("--own and a partner's name exclude each other")
    }
  }

  mutating func run() async throws {
    let (partner, first, last) = (own ? "" : partner ?? "*", first, last)
    let usage = try await gateway.use { gateway in
      var (usage, token) = ([Gateway.V1.Usage](), "")
      repeat {
        let page = Common.V1.PageRequest.with { $0.pageToken = token }
        let response = try await gateway.usage.listUsage(
          .with {
            $0.partner = partner
            $0.firstDay = first
            $0.lastDay = last
            $0.page = page
          })
        usage += response.usage
        token = response.page?.nextPageToken ?? ""
      } while !token.isEmpty
      return usage
    }
    if json { return usage.forEach { Output.line(Self.json($0).text) } }
    Self.table(usage).lines().forEach(Output.line)
  }

  private static func table(_ usage: [Gateway.V1.Usage]) -> TextTable {
    var table = TextTable([
      ("day", .left), ("partner", .left), ("method", .left), ("status", .left), ("calls", .right),
      ("charged", .right),
      ("in", .right), ("out", .right), ("ms each", .right),
    ])
    for row in usage {
      let milliseconds = Double(row.durationMicroseconds) / Double(max(row.calls, 1)) / 1_000
      table.add([
        row.day, row.partner, row.method, row.status, "\(row.calls)", "\(row.charged)",
        RecordsText.bytes(row.requestBytes), RecordsText.bytes(row.responseBytes),
        "\((milliseconds * 10).rounded() / 10)",
      ])
    }
    return table
  }

  private static func json(_ row: Gateway.V1.Usage) -> JSONValue {
    .object([
      "day": .string(row.day), "partner": .string(row.partner), "method": .string(row.method),
      "status": .string(row.status), "calls": .int(row.calls),
      "charged": .int(row.charged), "requestBytes": .int(row.requestBytes),
      "responseBytes": .int(row.responseBytes),
      "durationMicroseconds": .int(row.durationMicroseconds),
      "lastUsedAt": .string(
        Instant(seconds: row.lastUsedAt?.seconds ?? 0).description),
    ])
  }
}
