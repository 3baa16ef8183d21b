import ArgumentParser
import Environment
import JSON
import RecordStore

/// `millrace backup`: a copy of a service's records while the service goes on.
struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy a service's records into a file, while the service goes on writing.",
    discussion: """
      The backup is one moment of the database: everything that had been answered when it began. It \
      is written under another name, made durable and checked, and only then called TARGET; when \
      anything fails, nothing of it stays. It needs as much space as the database. Put it back with \
      'millrace restore', never by copying.
      """)

  @Argument(help: "The service's database file.")
  var database: String

  @Argument(help: "The file to write.")
  var target: String

  @Flag(help: "Replace TARGET when it is an older backup. A service's database is never replaced.")
  var force = false

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() async throws {
    let backup = DatabaseBackup(database: database, target: target, replacesTarget: force)
    let (report, seconds) = try await RecordsRun.measured {
      try await backup.run(environment: .system, progress: $0)
    }
    let facts = report.facts
    if json {
      return Output.line(
        JSONValue.object([
          "path": .string(report.path), "bytes": .int(report.bytes),
          "incarnation": .string("\(facts.incarnation)"), "newestEvent": .int(facts.newestEvent),
          "auditSequence": .int(facts.auditSequence), "seconds": .double(seconds),
        ]).text)
    }
    Output.line("\(report.path) holds \(RecordsText.bytes(report.bytes)), checked and durable.")
    Output.line(
      """
      Incarnation \(facts.incarnation), newest event \(facts.newestEvent), audit entry \
      \(facts.auditSequence).
      """)
  }
}
