import ArgumentParser
import Environment
import Logging
import NIOCore
import NIOPosix
import RecordStore
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
    let keys = try await configuration.loadPrincipalKeys()
    let auditKey = try await configuration.loadAuditKey()
    if options.checkConfig { return print("the configuration is valid") }
    configuration.door.log.bootstrap()
    let logger = Logger(label: "millrace.production")
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let program = try await ProductionProgram(
      configuration, keys: keys, auditKey: auditKey, environment: .system, logger: logger)
    try await program.host(on: group).run()
    await program.close()
    try await group.shutdownGracefully()
  }
}
