import ArgumentParser
import Contracts
import Environment
import JSON
import Protobuf
import ServiceKit
import Values

/// `millrace key`: the API keys of partners, and what else lets one in.
struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "The API keys of partners, and what else lets one in.",
    subcommands: [
      IssueKeyCommand.self, RotateKeyCommand.self, RevokeKeyCommand.self, ListKeysCommand.self,
      RegisterCertificateCommand.self, RegisterTokenCommand.self,
    ])
}

/// `millrace key issue`: a new API key, shown once.
struct IssueKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "issue", abstract: "Issue an API key to a partner and show it, once.",
    discussion: "The key itself is stored nowhere; the Gateway keeps a digest of it.")

  @OptionGroup var gateway: GatewayOptions

  @Argument(help: "The partner's name.")
  var partner: String

  @OptionGroup var end: EndOptions

  @Flag(help: "Print JSON.")
  var json = false

  mutating func run() async throws {
    let (partner, end) = (partner, end.timestamp)
    let response = try await gateway.use {
      try await $0.partners.issueKey(to: partner, expiresAt: end)
    }
    Output.line(json ? KeyText.json(response).text : response.apiKey)
  }
}

/// `millrace key rotate`: a new key, and an end for the old ones.
struct RotateKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract: "Issue a new API key and let the partner's other ones end after a while.",
    discussion: "In between all of them are good, so that no call fails while clients change over.")

  @OptionGroup var gateway: GatewayOptions

  @Argument(help: "The partner's name.")
  var partner: String

  @Option(help: "For how many hours the other keys are still good, 0 to 8760.")
  var overlapHours: Int64 = 24

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (0...8_760).contains(overlapHours) else {
      throw ValidationError("--overlap-hours must be 0 to 8760")
    }
  }

  mutating func run() async throws {
    let partner = partner
    let end = Environment.system.clock.now.advanced(seconds: overlapHours * 3_600)
    let (response, ending) = try await gateway.use { gateway in
      let service = gateway.partners
      let response = try await service.issueKey(to: partner, expiresAt: nil)
      return (response, try await service.endKeys(of: partner, but: response.credential, at: end))
    }
    if json { return Output.line(KeyText.json(response).text) }
    // The key alone, for a file; the rest is for whoever looks.
    Output.line(response.apiKey)
    CredentialText.table(ending).lines().forEach(Output.note)
  }
}

/// `millrace key revoke`: ends a credential.
struct RevokeKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "End a key, a certificate or a token, at once.")

  @OptionGroup var gateway: GatewayOptions

  @Argument(help: "The credential, as `millrace key list` names it.")
  var credential: String

  mutating func run() async throws {
    let credential = credential
    let response = try await gateway.use {
      try await $0.partners.revokeCredential(.with { $0.credentialID = credential })
    }
    let news = response.receipt == .accepted
    Output.line("\(credential) \(news ? "has ended" : "had ended before, or ends sooner")")
  }
}

/// `millrace key list`: a partner's credentials.
struct ListKeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List a partner's credentials, the newest first.")

  @OptionGroup var gateway: GatewayOptions

  @Argument(help: "The partner's name.")
  var partner: String

  @Flag(help: "Print one JSON object on each line.")
  var json = false

  mutating func run() async throws {
    let partner = partner
    let found = try await gateway.use {
      try await $0.partners.listCredentials(.with { $0.partner = partner }).credentials
    }
    if json { return found.forEach { Output.line(CredentialText.json($0).text) } }
    CredentialText.table(found).lines().forEach(Output.line)
  }
}

/// When a credential ends.
struct EndOptions: ParsableArguments {
  @Option(help: "After how many days it ends, 1 to 3650; without it when it is revoked.")
  var expiresAfterDays: Int64?

  func validate() throws {
    if let expiresAfterDays, !(1...3_650).contains(expiresAfterDays) {
      throw ValidationError("--expires-after-days must be 1 to 3650")
    }
  }

  /// The end as the contract says it.
  var timestamp: Google.ProtobufTypes.Timestamp? {
    expiresAfterDays.map {
      .init(Environment.system.clock.now.advanced(seconds: $0 * 86_400))
    }
  }
}

/// A new key as scripts read it.
enum KeyText {
  static func json(_ response: Gateway.V1.IssueKeyResponse) -> JSONValue {
    .object([
      "partner": .string(response.credential?.partner ?? ""),
      "credentialID": .string(response.credential?.credentialID ?? ""),
      "apiKey": .string(response.apiKey),
    ])
  }
}

extension Gateway.V1.PartnerServiceClient {
  /// Issues a key.
  func issueKey(to partner: String, expiresAt: Google.ProtobufTypes.Timestamp?) async throws
    -> Gateway.V1.IssueKeyResponse
  {
    try await issueKey(
      .with {
        $0.requestID = Environment.system.identifiers.next().description
        $0.partner = partner
        $0.expiresAt = expiresAt
      })
  }

  /// Lets all keys of a partner end but one; answers those.
  fileprivate func endKeys(
    of partner: String, but kept: Gateway.V1.Credential?, at end: Instant
  ) async throws -> [Gateway.V1.Credential] {
    let now = Environment.system.clock.now
    var ended: [Gateway.V1.Credential] = []
    for credential in try await listCredentials(.with { $0.partner = partner }).credentials {
      guard case .apiKey? = credential.shown, credential.credentialID != kept?.credentialID,
        credential.expiresAt.map({ Instant(seconds: $0.seconds) > now }) ?? true
      else { continue }
      let response = try await revokeCredential(
        .with {
          $0.credentialID = credential.credentialID
          $0.expiresAt = .init(end)
        })
      if let credential = response.credential { ended.append(credential) }
    }
    return ended
  }
}
