import ArgumentParser
import UnixSignals

/// `millrace demo`: a shift on this machine, from Odoo to the shop floor and back.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Play a shift and a day: six services, OdooSandbox and a sample MES on this machine.",
    discussion: """
      Three manufacturing orders are confirmed in Odoo (the sandbox), reach the MES through \
      Production and the Gateway, are reported on in many small reports, and are booked in Odoo \
      through an outage and a lost answer. Ends with what Odoo holds against what was reported; a \
      difference, or a case for a person, makes the exit status 1. Then a day over all six services: \
      steel comes against a ship notice, fails its inspection, is held, decided about and used; it ends \
      with the same quantities as each service has them.

      The programs are taken from the directory of this one. Everything is written to a directory \
      that is removed at the end.
      """)

  @Option(help: "How many different reports the MES sends, 10 to 5000.")
  var reports = 200

  @Option(help: "How long Odoo is away in the middle of the shift, in seconds, 0 to 60.")
  var outageSeconds = 3

  @Option(help: "How long the MES pauses between two reports, in milliseconds, 0 to 10000.")
  var pauseMilliseconds = 20

  @Flag(help: "Leave everything up at the end and print how to call it; Ctrl-C ends it.")
  var keepRunning = false

  @Flag(help: "Print the closing figures as JSON after the table.")
  var json = false

  func validate() throws {
    try Self.check(reports, 10...5_000, "--reports")
    try Self.check(outageSeconds, 0...60, "--outage-seconds")
    try Self.check(pauseMilliseconds, 0...10_000, "--pause-milliseconds")
  }

  private static func check(_ value: Int, _ range: ClosedRange<Int>, _ name: String) throws {
    guard range.contains(value) else {
      throw ValidationError("\(name) must be \(range.lowerBound) to \(range.upperBound)")
    }
  }

  mutating func run() async throws {
    let shift = DemoShift(
      reports: reports, outageSeconds: outageSeconds, pauseMilliseconds: pauseMilliseconds,
      keepsRunning: keepRunning, printsJSON: json)
    let agrees = try await Interruptible.run { try await shift.run() }
    if agrees != true { throw ExitCode.failure }
  }
}

/// Runs something until it is finished or the person at the keyboard has had enough.
enum Interruptible {
  /// The body's result. When SIGINT or SIGTERM comes first the body is cancelled, has cleaned up
  /// when this returns, and the result is nil unless it had one all the same.
  static func run<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result? {
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    return try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        for await _ in signals { return nil }
        return nil
      }
      do {
        let first = try await group.next() ?? nil
        group.cancelAll()
        if first != nil { return first }
        // A cancelled body may still have a result; else its error says no more than that.
        var late: Result?
        while let rest = await group.nextResult() {
          if case .success(let result?) = rest { late = result }
        }
        return late
      } catch {
        group.cancelAll()
        throw error
      }
    }
  }
}
