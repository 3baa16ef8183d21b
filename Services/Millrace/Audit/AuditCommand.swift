import ArgumentParser
import Environment
import Foundation
import Identity
import JSON
import RecordStore

/// `millrace audit`: who did what, and whether anybody has touched the record of it.
struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract:
      "The audit log of a service: look things up, export it, verify it, export its heads.",
    subcommands: [
      AuditQueryCommand.self, AuditExportCommand.self, AuditVerifyCommand.self,
      AuditHeadsCommand.self,
    ])
}

/// `millrace audit heads`: the signed heads, to be kept elsewhere.
struct AuditHeadsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "heads",
    abstract: "Print the signed heads of an audit log, one JSON object on each line.",
    discussion: """
      Keep the output where those who can write to the database cannot: only then does it prove \
      that nothing was cut off. Reads only, and works while the service runs.
      """)

  @Argument(help: "The database file, or a backup of one.")
  var database: String

  @Option(help: "Only heads behind this entry.")
  var after: Int64 = 0

  mutating func run() async throws {
    let heads = try DatabaseAudit.heads(
      database, after: after, now: Environment.system.clock.now)
    for head in heads { Output.line(AuditHeadJSON.text(head)) }
  }
}

/// `millrace audit verify`: finds flips, deletions, swaps and, with heads kept elsewhere, what was
/// cut off.
struct AuditVerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Say whether anybody has changed, removed, swapped or cut off entries.",
    discussion: """
      Each entry is tied to all before it. Without --heads a log that was written anew as a whole, \
      or cut off at its end, looks whole. Without --keys nobody's signature is believed or doubted. \
      Reads only, and works while the service runs. The status is not zero when something is found.
      """)

  @Argument(help: "The database file, or a backup of one.")
  var database: String

  @Option(help: "Heads kept elsewhere: the output of `millrace audit heads`.")
  var heads: String?

  @Option(help: "The public keys of those who sign heads (audit-keys.json).")
  var keys: String?

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() async throws {
    let kept = try heads.map { try AuditHeadJSON.read($0) } ?? []
    let believed: VerificationKeys? =
      if let keys { try await VerificationKeys.load(keys) } else { nil }
    let report = try DatabaseAudit.verify(
      database, heads: kept, now: Environment.system.clock.now,
      isGenuine: { head in
        believed?.verify(head.signature, of: head.content, keyID: head.keyID) ?? true
      }, progress: { RecordsRun.show("\($0) entries checked") })
    RecordsRun.erase()
    if json { Output.line(value(report).text) } else { show(report, believed != nil) }
    if !report.findings.isEmpty { throw ExitCode.failure }
  }

  private func value(_ report: DatabaseAudit.Report) -> JSONValue {
    .object([
      "entries": .int(report.entries), "newest": .int(report.newest),
      "unchained": .int(report.unchained), "signedThrough": .int(report.signedThrough),
      "incarnation": .string(report.incarnation.description),
      "findings": .array(report.findings.map { .string($0.description) }),
    ])
  }

  private func show(_ report: DatabaseAudit.Report, _ judgesSignatures: Bool) {
    for finding in report.findings { Output.line(finding.description) }
    let verdict = report.findings.isEmpty ? "nothing was found" : "this is not what was written"
    Output.line("\(report.entries) entries: \(verdict).")
    if report.unchained > 0 {
      Output.line("The first \(report.unchained) are from before there was a chain.")
    }
    let unsigned = report.newest - report.signedThrough
    if unsigned > 0 { Output.line("The newest \(unsigned) have no signed head yet.") }
    if report.signedThrough > 0, !judgesSignatures {
      Output.line("The heads' signatures were not checked: that needs --keys.")
    }
  }
}
