import ArgumentParser
import Environment
import JSON
import RecordStore

/// `millrace archive`: the archives to which old records have moved.
struct ArchiveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "archive", abstract: "The archives of a service's old records: verify them.",
    subcommands: [ArchiveVerifyCommand.self])
}

/// `millrace archive verify`: whether the archives hold what was archived.
struct ArchiveVerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Say which archives there are, and whether they hold what was archived.",
    discussion: """
      Archives are in the directory DATABASE.archives, one for each month. The database has a digest \
      of every record in them, and so has its audit log, which 'millrace audit verify' looks at. \
      Reads only, and works while the service runs. The status is not zero when something is found.
      """)

  @Argument(help: "The database file.")
  var database: String

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() async throws {
    let reports = try DatabaseArchives.verify(database, now: Environment.system.clock.now) {
      RecordsRun.show("\($0) records checked")
    }
    RecordsRun.erase()
    if json {
      Output.line(JSONValue.object(["archives": .array(reports.map(value))]).text)
    } else {
      show(reports)
    }
    if reports.contains(where: { !$0.findings.isEmpty }) { throw ExitCode.failure }
  }

  private func value(_ report: DatabaseArchives.Report) -> JSONValue {
    .object([
      "file": .string(report.file), "records": .int(report.records), "rows": .int(report.rows),
      "findings": .array(report.findings.map { .string($0) }),
    ])
  }

  private func show(_ reports: [DatabaseArchives.Report]) {
    guard !reports.isEmpty else { return Output.line("There are no archives yet.") }
    var table = TextTable([("archive", .left), ("records", .right), ("rows", .right), ("", .left)])
    for report in reports {
      table.add([
        report.file, "\(report.records)", "\(report.rows)",
        report.findings.isEmpty ? "as archived" : "NOT as archived",
      ])
    }
    for line in table.lines() { Output.line(line) }
    for finding in reports.flatMap(\.findings) { Output.line(finding) }
  }
}
