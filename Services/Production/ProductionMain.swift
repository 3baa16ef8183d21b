import ArgumentParser
import ServiceKit

/// `millrace-production`: orders and what the shop floor reports about them.
@main
struct ProductionMain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "millrace-production",
    abstract: "Keeps production orders and what the shop floor reports about them.")

  @OptionGroup var options: ProgramOptions

  func run() async throws {
    let configuration = try await ProductionConfiguration.load(options.config)
    try await ServiceProgram.run(
      ProductionService.plan(configuration), configuration.service, options)
  }
}
