import ArgumentParser
import Contracts
import Environment
import Identity
import JSON
import Protobuf
import ServiceKit
import Values

/// Whose audit log is read through the Gateway.
struct AuditLogOptions: ParsableArguments {
  @OptionGroup var gateway: GatewayOptions

  @Option(help: "Whose log: millrace.production; without it the Gateway's own.")
  var service = ""

  /// Hands over every entry that is asked for, in pieces, oldest first.
  func read(
    _ request: Audit.V1.ListEntriesRequest, _ take: ([Audit.V1.Entry]) -> Void
  ) async throws {
    try await gateway.use { gateway in
      var request = request
      request.service = service
      request.pageSize = 500
      repeat {
        let response = try await gateway.audit.listEntries(request)
        take(response.entries)
        request.afterSequence = response.nextAfterSequence
      } while request.afterSequence > 0
    }
  }
}

/// `millrace audit query`: who did what, and who was refused.
struct AuditQueryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query", abstract: "Look up who did what, and who was refused.")

  @OptionGroup var log: AuditLogOptions

  @Option(help: "Only of this principal.")
  var principal = ""

  @Flag(help: "Only refusals.")
  var refused = false

  @Option(help: "Only with this correlation or trace.")
  var correlation = ""

  @Option(help: "Only of the last so many hours, 1 to 87600.")
  var lastHours: Int64?

  @Flag(help: "Print one JSON object on each line.")
  var json = false

  func validate() throws {
    if let lastHours, !(1...87_600).contains(lastHours) {
      throw ValidationError("--last-hours must be 1 to 87600")
    }
  }

  mutating func run() async throws {
    let since = lastHours.map { Environment.system.clock.now.advanced(seconds: -$0 * 3_600) }
    let request = Audit.V1.ListEntriesRequest.with {
      $0.principal = principal
      $0.refusedOnly = refused
      $0.correlationID = correlation
      $0.since = since.map { .init($0) }
    }
    if json {
      return try await log.read(request) { $0.forEach { Output.line(AuditEntryText.json($0)) } }
    }
    var table = AuditEntryText.table
    try await log.read(request) { $0.forEach { table.add(AuditEntryText.cells($0)) } }
    table.lines().forEach(Output.line)
  }
}

/// `millrace audit export`: everything, for an auditor's own tools.
struct AuditExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Print a whole audit log, one JSON object on each line.",
    discussion: """
      With digests and links, so that entries can be compared with an earlier export. What is not \
      there any more, or was changed, is found at the database: `millrace audit verify`.
      """)

  @OptionGroup var log: AuditLogOptions

  @Option(help: "Only entries behind this one: to go on where an earlier export has ended.")
  var after: Int64 = 0

  mutating func run() async throws {
    let request = Audit.V1.ListEntriesRequest.with { $0.afterSequence = after }
    try await log.read(request) { $0.forEach { Output.line(AuditEntryText.json($0)) } }
  }
}

/// Audit entries as people and scripts read them.
enum AuditEntryText {
  static var table: TextTable {
    TextTable([
      ("#", .right), ("at", .left), ("who", .left), ("from", .left), ("did", .left),
      ("to", .left), ("outcome", .left),
    ])
  }

  static func cells(_ entry: Audit.V1.Entry) -> [String] {
    [
      "\(entry.sequence)", moment(entry), entry.principal.isEmpty ? "?" : entry.principal,
      entry.origin, entry.action, entry.object, entry.outcome,
    ]
  }

  static func json(_ entry: Audit.V1.Entry) -> String {
    let members: [String: JSONValue] = [
      "sequence": .int(entry.sequence), "at": .string(moment(entry)),
      "principal": .string(entry.principal), "origin": .string(entry.origin),
      "action": .string(entry.action), "object": .string(entry.object),
      "outcome": .string(entry.outcome), "correlationID": .string(entry.correlationID),
      "digestBefore": .string(Hexadecimal.encode(entry.digestBefore)),
      "digestAfter": .string(Hexadecimal.encode(entry.digestAfter)),
      "link": .string(Hexadecimal.encode(entry.link)),
    ]
    return JSONValue.object(members).text
  }

  private static func moment(_ entry: Audit.V1.Entry) -> String {
    entry.at.map {
      Instant(microseconds: $0.seconds * 1_000_000 + Int64($0.nanos) / 1_000).description
    } ?? ""
  }
}
