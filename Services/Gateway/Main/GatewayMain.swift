import ArgumentParser
import Environment
import Logging
import NIOCore
import NIOPosix
import ServiceKit

/// `millrace-gateway`: the only door for partners, and the only program that talks to Odoo.
@main
struct GatewayMain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "millrace-gateway",
    abstract: "The door for partners, and the way to Odoo.",
    discussion: "Prints one line when it listens and logs to standard error.")

  @OptionGroup var options: ProgramOptions

  @Option(
    help: "Make an API key for an administrator of this name, print it and end; not while it runs.")
  var issueAdminKey: String?

  func run() async throws {
    let configuration = try await GatewayConfiguration.load(options.config)
    if options.checkConfig { return print("the configuration is valid") }
    if let name = issueAdminKey {
      return print(try await AdminKey.issue(name, configuration, .system))
    }
    configuration.door.log.bootstrap()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let program = try await GatewayProgram(
      configuration, environment: .system, group: group, logger: Logger(label: "millrace.gateway"))
    try await program.run(on: group)
    try await group.shutdownGracefully()
  }
}
