import ArgumentParser
import ServiceKit

/// `millrace-quality`: inspections, nonconformances and holds.
@main
struct QualityMain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "millrace-quality",
    abstract: "Keeps inspections, nonconformances and holds, and traces where material went.")

  @OptionGroup var options: ProgramOptions

  func run() async throws {
    let configuration = try await QualityConfiguration.load(options.config)
    try await ServiceProgram.run(QualityService.plan(configuration), configuration.service, options)
  }
}
