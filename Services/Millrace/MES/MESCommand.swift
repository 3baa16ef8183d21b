import ArgumentParser
import Environment
import Identity
import JSON
import NIOPosix

/// `millrace mes`: a sample MES, a process of its own that knows nothing but the contract.
struct MESCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mes",
    abstract: "A sample MES: watches orders, acknowledges them and reports production.",
    discussion: """
      Calls the Gateway with an API key, as a vendor's MES does. Some reports are sent twice, one \
      again with other content, one with bad fields, one with a key that was never issued. Facts \
      without an answer are sent again under the same identity.
      """)

  @Option(help: "The Gateway, HOST:PORT.")
  var gateway: String

  @Option(help: "A file that holds the API key; readable for its owner alone (mode 0600).")
  var apiKeyFile: String

  @Flag(help: "Send the API key without TLS to another machine.")
  var inTheClear = false

  @Option(help: "The site.")
  var site = "PLANT1"

  @Option(help: "How many orders to wait for, 1 to 100.")
  var orders = 3

  @Option(help: "How many different reports to send, 1 to 100000.")
  var reports = 200

  @Option(help: "How long to pause between two reports, in milliseconds, 0 to 10000.")
  var pauseMilliseconds = 20

  @Option(help: "The name under which the MES reports, 1 to 64 characters of A-Z a-z 0-9 . _ -")
  var sourceSystem = "mes-line-1"

  @Flag(help: "Print one JSON object per line instead of sentences.")
  var json = false

  func validate() throws {
    guard (1...100).contains(orders) else { throw ValidationError("--orders must be 1 to 100") }
    guard (1...100_000).contains(reports) else {
      throw ValidationError("--reports must be 1 to 100000")
    }
    guard (0...10_000).contains(pauseMilliseconds) else {
      throw ValidationError("--pause-milliseconds must be 0 to 10000")
    }
    try GatewayAddress(gateway).requireLoopback(unless: inTheClear)
  }

  mutating func run() async throws {
    let key = try SecretFile.line(apiKeyFile)
    let client = try GatewayClient(
      GatewayAddress(gateway), apiKey: key, group: .singletonMultiThreadedEventLoopGroup)
    let printsJSON = json
    let shift = MESShift(
      client: client, site: site, sourceSystem: sourceSystem, environment: .system,
      pauseMilliseconds: pauseMilliseconds
    ) { event in
      Output.line(printsJSON ? event.json.text : event.sentence)
    }
    let (orderCount, reportCount) = (orders, reports)
    let finished: Void? = try await Interruptible.run {
      _ = try await shift.run(orderCount: orderCount, reportCount: reportCount)
    }
    await client.close()
    if finished == nil { throw ExitCode.failure }
  }
}
