import ArgumentParser
import Contracts
import JSON
import Protobuf
import ServiceKit

/// `millrace partner`: who may call through the Gateway.
struct PartnerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "partner", abstract: "The partners of a Gateway, and what each may do.",
    subcommands: [
      PutPartnerCommand.self, ListPartnersCommand.self, SuspendPartnerCommand.self,
      ResumePartnerCommand.self,
    ])
}

/// `millrace partner put`: makes a partner, or replaces what is known of it.
struct PutPartnerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "put", abstract: "Make a partner, or say anew what one may do.",
    discussion: """
      What is said replaces what was said before: name all sites and roles, and the limits that are \
      not the defaults. Credentials stay, and so does a suspension. It holds from the partner's next \
      call on.
      """)

  @OptionGroup var gateway: GatewayOptions

  @Argument(help: "The partner's name, for example mes-line-1 (A-Z a-z 0-9 . _ -).")
  var name: String

  @Option(name: .customLong("site"), help: "A site the partner may act for; repeat for more.")
  var sites: [String]

  @Option(
    name: .customLong("role"),
    help: "What the partner may call: mes, planner, auditor, …; repeat for more.")
  var roles: [String]

  @Option(help: "The partner's own code as a supplier or carrier.")
  var partnerCode = ""

  @OptionGroup var limits: LimitOptions

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() async throws {
    var wanted = Gateway.V1.Partner.with {
      $0.name = name
      $0.sites = sites
      $0.roles = roles
      $0.partnerCode = partnerCode
      $0.limits = limits.message
    }
    let partner = try await gateway.use { gateway in
      let known = try await gateway.partners.allPartners().first { $0.name == wanted.name }
      wanted.suspended = known?.suspended ?? false
      return try await gateway.partners.putPartner(.with { $0.partner = wanted }).partner ?? wanted
    }
    if partner.suspended { Output.note("\(name) stays suspended; millrace partner resume \(name)") }
    if json { return Output.line(PartnerText.json(partner).text) }
    PartnerText.table([partner]).lines().forEach(Output.line)
  }
}

/// How much a partner may call; what is not given stays at its default.
struct LimitOptions: ParsableArguments {
  @Option(help: "Calls per second in the long run, all credentials together (default 100).")
  var callsPerSecond: Int64?

  @Option(help: "Calls at once after a rest (default 200).")
  var burst: Int64?

  @Option(help: "Calls under way at a time, streams among them (default 200).")
  var concurrentCalls: Int64?

  @Option(help: "Calls per day, UTC (default unlimited).")
  var callsPerDay: Int64?

  /// As the contract has them; the Gateway checks them.
  var message: Gateway.V1.CallLimits {
    .with {
      $0.callsPerSecond = callsPerSecond ?? 0
      $0.burst = burst ?? 0
      $0.concurrentCalls = concurrentCalls ?? 0
      $0.callsPerDay = callsPerDay ?? 0
    }
  }
}

/// `millrace partner list`: the partners by name.
struct ListPartnersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the partners by name.")

  @OptionGroup var gateway: GatewayOptions

  @Flag(help: "Print one JSON object on each line.")
  var json = false

  mutating func run() async throws {
    let partners = try await gateway.use { try await $0.partners.allPartners() }
    if json { return partners.forEach { Output.line(PartnerText.json($0).text) } }
    PartnerText.table(partners).lines().forEach(Output.line)
  }
}

/// `millrace partner suspend`: no more calls for the time being.
struct SuspendPartnerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suspend", abstract: "Let a partner call nothing, until it is resumed.")

  @OptionGroup var gateway: GatewayOptions

  @Argument(help: "The partner's name.")
  var name: String

  mutating func run() async throws {
    let name = name
    _ = try await gateway.use { try await $0.partners.change(name) { $0.suspended = true } }
    Output.line("\(name) is suspended")
  }
}

/// `millrace partner resume`: calls are answered again.
struct ResumePartnerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Let a suspended partner call again.")

  @OptionGroup var gateway: GatewayOptions

  @Argument(help: "The partner's name.")
  var name: String

  mutating func run() async throws {
    let name = name
    _ = try await gateway.use { try await $0.partners.change(name) { $0.suspended = false } }
    Output.line("\(name) may call again")
  }
}

extension Gateway.V1.PartnerServiceClient {
  /// Every page of the partners.
  func allPartners() async throws -> [Gateway.V1.Partner] {
    var (partners, token) = ([Gateway.V1.Partner](), "")
    repeat {
      let page = Common.V1.PageRequest.with { $0.pageToken = token }
      let response = try await listPartners(.with { $0.page = page })
      partners += response.partners
      token = response.page?.nextPageToken ?? ""
    } while !token.isEmpty
    return partners
  }

  /// Changes one thing of a partner and leaves the rest as it is; answers the partner as it is then.
  func change(
    _ name: String, _ change: (inout Gateway.V1.Partner) -> Void
  ) async throws -> Gateway.V1.Partner {
    guard var partner = try await allPartners().first(where: { $0.name == name }) else {
      throw Refusal(.notFound, reason: "PARTNER_NOT_FOUND", "there is no partner \(name)")
    }
    change(&partner)
    return try await putPartner(.with { $0.partner = partner }).partner ?? partner
  }
}
