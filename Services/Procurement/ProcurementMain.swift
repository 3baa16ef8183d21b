import ArgumentParser
import ServiceKit

/// `millrace-procurement`: purchase orders and what suppliers say about them.
@main
struct ProcurementMain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "millrace-procurement",
    abstract: "Keeps purchase orders, confirmations, ship notices, receipts and forecasts.")

  @OptionGroup var options: ProgramOptions

  func run() async throws {
    let configuration = try await ProcurementConfiguration.load(options.config)
    try await ServiceProgram.run(
      ProcurementService.plan(configuration), configuration.service, options)
  }
}
