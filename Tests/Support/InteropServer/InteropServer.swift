import ArgumentParser
import GRPCTesting
import Logging
import NIOCore
import NIOPosix
import RPC
import UnixSignals

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Serves gRPC's test service and an echo of messages, for the clients of the tests. Prints
/// `listening on HOST:PORT`; on SIGHUP it reads its certificates again, on SIGTERM it lets the
/// running calls end.
@main
struct InteropServer: AsyncParsableCommand {
  @Option(help: "The TCP port on the loopback; 0 takes a free one.") var port = 0
  @Option(help: "A PEM file with the server's certificate; without it there is no TLS.")
  var certificate: String?
  @Option(help: "The PEM file of the certificate's key.") var key: String?
  @Option(help: "A PEM file of the authorities that callers' certificates must come from.")
  var clientCa: String?
  @Option(help: "Sets a limit of the runtime: NAME=NUMBER.") var limit: [String] = []

  private static let drainGraceMilliseconds: Int64 = 5_000

  func run() async throws {
    LoggingSystem.bootstrap { StreamLogHandler.standardOutput(label: $0) }
    var configuration = ServerConfiguration(host: "127.0.0.1", port: port)
    for setting in limit { try apply(setting, to: &configuration.limits) }
    if let certificate, let key {
      configuration.tls = ServerTLS(
        certificateChainFile: certificate, privateKeyFile: key,
        clientCertificates: clientCa == nil ? .none : .required, clientAuthoritiesFile: clientCa)
    }
    let server = Server(
      configuration: configuration, group: MultiThreadedEventLoopGroup.singleton,
      lookup: { TestService.handler($0) ?? MessageEcho.handler($0) })
    let signals = await UnixSignalsSequence(trapping: .sighup, .sigterm, .sigint)
    let address = try await server.start()
    print("listening on 127.0.0.1:\(address.port ?? 0)")
    fflush(nil)
    for await signal in signals {
      guard signal == .sighup else { break }
      server.reloadCredentials()
    }
    await server.shutdown(graceMilliseconds: Self.drainGraceMilliseconds)
  }

  private func apply(_ setting: String, to limits: inout Limits) throws {
    let parts = setting.split(separator: "=")
    guard parts.count == 2, let value = Int(parts[1]) else {
      throw ValidationError("--limit takes NAME=NUMBER, not \(setting)")
    }
    try limits.set(String(parts[0]), to: value)
  }
}
