import ArgumentParser
import ServiceKit

/// `millrace-inventory`: what is where, and how it came there.
@main
struct InventoryMain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "millrace-inventory",
    abstract: "Keeps movements and counts, and what is where by them.")

  @OptionGroup var options: ProgramOptions

  func run() async throws {
    let configuration = try await InventoryConfiguration.load(options.config)
    try await ServiceProgram.run(
      InventoryService.plan(configuration), configuration.service, options)
  }
}
