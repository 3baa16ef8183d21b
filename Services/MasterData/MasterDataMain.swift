import ArgumentParser
import ServiceKit

/// `millrace-masterdata`: what the plants work with.
@main
struct MasterDataMain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "millrace-masterdata",
    abstract:
      "Keeps what all other services refer to: items, units, places, partners, bills, and rules.")

  @OptionGroup var options: ProgramOptions

  func run() async throws {
    let configuration = try await MasterDataConfiguration.load(options.config)
    try await ServiceProgram.run(
      MasterDataService.plan(configuration), configuration.service, options)
  }
}
