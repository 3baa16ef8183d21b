import ArgumentParser
import Contracts
import JSON
import Protobuf

/// `millrace quota`: how much a partner may call.
struct QuotaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quota",
    abstract: "Say how much a partner may call; show it when nothing is said.",
    discussion: "Limits that are not given stay as they are; 0 stands for the default.")

  @OptionGroup var gateway: GatewayOptions

  @Argument(help: "The partner's name.")
  var partner: String

  @Option(help: "Calls per second in the long run, all credentials together.")
  var callsPerSecond: Int64?

  @Option(help: "Calls at once after a rest.")
  var burst: Int64?

  @Option(help: "Calls under way at a time, streams among them.")
  var concurrentCalls: Int64?

  @Option(help: "Calls per day, UTC; 0 for no limit.")
  var callsPerDay: Int64?

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() async throws {
    let (name, wanted) = (partner, self)
    let partner = try await gateway.use { gateway in
      try await gateway.partners.change(name) { partner in
        var limits = partner.limits ?? .init()
        limits.callsPerSecond = wanted.callsPerSecond ?? limits.callsPerSecond
        limits.burst = wanted.burst ?? limits.burst
        limits.concurrentCalls = wanted.concurrentCalls ?? limits.concurrentCalls
        limits.callsPerDay = wanted.callsPerDay ?? limits.callsPerDay
        partner.limits = limits
      }
    }
    if json { return Output.line(PartnerText.json(partner).text) }
    PartnerText.table([partner]).lines().forEach(Output.line)
  }
}
