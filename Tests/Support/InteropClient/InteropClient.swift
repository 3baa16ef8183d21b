import ArgumentParser
import NIOPosix
import RPC

/// Runs gRPC's interoperability cases against a server of the test service; ends with 1 when one
/// fails.
@main
struct InteropClient: AsyncParsableCommand {
  @Option(help: "The server's host name or address.") var host = "127.0.0.1"
  @Option(help: "The server's TCP port.") var port: Int
  @Option(name: .customLong("case"), help: "Cases by their public names, comma between them.")
  var cases: String
  @Option(help: "A PEM file of the authorities to trust; without it there is no TLS.")
  var ca: String?
  @Option(help: "The name that the server's certificate must have.") var serverName: String?
  @Option(help: "How many calls the case soak makes.") var soakCalls = 20_000
  @Flag(help: "Leaves out the calls that a server refuses only if it sees compression.")
  var skipProbe = false

  func run() async throws {
    var configuration = ClientConfiguration()
    if let ca { configuration.tls = ClientTLS(authoritiesFile: ca, serverName: serverName) }
    let channel = ClientChannel(
      host: host, port: port, configuration: configuration,
      group: MultiThreadedEventLoopGroup.singleton)
    let cases = InteropCases(channel: channel, skipsProbe: skipProbe, soakCalls: soakCalls)
    var hasFailed = false
    for name in self.cases.split(separator: ",").map(String.init) {
      do {
        try await cases.run(name)
        print("\(name): passed")
      } catch {
        hasFailed = true
        print("\(name): FAILED: \(error)")
      }
    }
    await channel.close()
    if hasFailed { throw ExitCode.failure }
  }
}
