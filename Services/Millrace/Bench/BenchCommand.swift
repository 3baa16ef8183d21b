import ArgumentParser
import JSON

/// `millrace bench`: the load side of `deploy/bench`.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Loads for deploy/bench; prints figures as JSON.",
    subcommands: [IngestCommand.self])
}

/// `millrace bench ingest`: durable reports end to end.
struct IngestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract: "Measure durable ReportProduction calls per second at several numbers of callers.",
    discussion: """
      Starts Production (and the Gateway) in a directory of its own, releases and acknowledges \
      orders, then lets each caller send one report after the other. Counts what Production holds \
      afterwards: a difference to what was accepted makes the exit status 1. The callers run on \
      this machine too and share its processors with the services.
      """)

  /// Where the callers call.
  enum Way: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// Production itself, with a principal signed as the Gateway signs it.
    case direct
    /// The Gateway, with an API key. No Odoo is configured.
    case gateway
  }

  @Option(help: "Whom to call: \(Way.allCases.map(\.rawValue).joined(separator: " or ")).")
  var way = Way.direct

  @Option(help: "Numbers of callers, separated by commas, each 1 to 1024.")
  var callers = "1,32,128"

  @Option(help: "How long each number of callers is measured, in seconds, 1 to 600.")
  var seconds = 5

  @Option(help: "How many orders the reports are spread over, 1 to 1000.")
  var orders = 50

  @Option(help: "Where the database is put; default: the place for temporary files.")
  var directory: String?

  func validate() throws {
    _ = try Self.numbers(callers)
    guard (1...600).contains(seconds) else { throw ValidationError("--seconds must be 1 to 600") }
    guard (1...1_000).contains(orders) else { throw ValidationError("--orders must be 1 to 1000") }
  }

  /// Reads `1,32,128`.
  static func numbers(_ text: String) throws -> [Int] {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let valid = numbers.compactMap(\.self).filter { (1...1_024).contains($0) }
    guard !valid.isEmpty, valid.count == numbers.count else {
      throw ValidationError("--callers must be numbers from 1 to 1024, separated by commas")
    }
    return valid
  }

  mutating func run() async throws {
    let run = IngestRun(
      way: way, callers: try Self.numbers(callers), seconds: seconds, orders: orders,
      directory: directory)
    guard let result = try await Interruptible.run({ try await run.run() }) else {
      throw ExitCode.failure
    }
    Output.line(result.json.text)
    if !result.isComplete { throw ExitCode.failure }
  }
}
