import ArgumentParser
import Environment
import JSON
import RecordStore

/// `millrace restore`: a backup in the place of a service's records.
struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Put a backup in the place of a service's records. The service must be stopped.",
    discussion: """
      The backup is copied and checked first; then the copy takes the database's name, and the old \
      file keeps a name with the date in it. Whatever interrupts this, the database is the whole old \
      one or the whole new one. The new one has a new incarnation: numbers that were given out after \
      the backup are given out again, and whoever holds one is told (FEED_RESTORED). Run it as the \
      service's user, or as root.
      """)

  @Argument(help: "The backup.")
  var backup: String

  @Argument(help: "The service's database file; made when it is not there.")
  var database: String

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() async throws {
    let restore = DatabaseRestore(backup: backup, database: database)
    let (report, seconds) = try await RecordsRun.measured {
      try await restore.run(environment: .system, progress: $0)
    }
    let facts = report.backup
    if json {
      return Output.line(
        JSONValue.object([
          "path": .string(database), "keptAs": report.keptAs.map { .string($0) } ?? .null,
          "bytes": .int(report.bytes), "backupIncarnation": .string("\(facts.incarnation)"),
          "incarnation": .string("\(report.incarnation)"), "newestEvent": .int(facts.newestEvent),
          "auditSequence": .int(facts.auditSequence), "seconds": .double(seconds),
        ]).text)
    }
    Output.line(
      """
      \(database) is as the backup was: newest event \(facts.newestEvent), audit entry \
      \(facts.auditSequence).
      """)
    Output.line(
      "Incarnation \(report.incarnation); of the backup, \(facts.incarnation).")
    if let kept = report.keptAs { Output.line("The old database is kept as \(kept).") }
    Output.line("The service can be started.")
  }
}
