import ArgumentParser
import Environment
import JSON
import RecordStore

/// `millrace inspect`: what a database or a backup says of itself.
struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is in a service's records, or in a backup: sizes, migrations, consumers.",
    discussion: """
      Reads only, and works while the service runs. The status is not zero when --check finds \
      damage.
      """)

  @Argument(help: "The database file, or a backup of one.")
  var database: String

  @Flag(help: "Look for damage, too (SQLite's quick check: reads the whole file).")
  var check = false

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() async throws {
    let inspection = try await DatabaseInspection.of(
      database, environment: .system, checking: check)
    if json {
      Output.line(InspectionJSON.value(inspection, path: database).text)
    } else {
      for line in InspectionTables.lines(inspection, path: database) { Output.line(line) }
    }
    if case .damaged = inspection.check { throw ExitCode.failure }
  }
}
