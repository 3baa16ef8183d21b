import ArgumentParser
import Contracts
import JSON
import Protobuf
import ServiceKit
import Values

/// `millrace token`: in-plant tokens, with which a client calls a service directly.
struct TokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "In-plant tokens, with which a client calls a service directly.",
    subcommands: [ExchangeTokenCommand.self, RevokeAllTokensCommand.self])
}

/// `millrace token exchange`: a token for the credential of the call.
struct ExchangeTokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exchange",
    abstract: "Get an in-plant token and show it.",
    discussion: """
      For the partner of --api-key-file, or without it of the certificate. The token is bound to the \
      certificate of --certificate-file: calls with it must be made over a connection that shows the \
      same one.
      """)

  @OptionGroup var gateway: GatewayOptions

  @Argument(help: "The service, for example millrace.production.")
  var audience: String

  @Option(help: "For how many minutes, 1 to 720.")
  var lifetimeMinutes: Int64 = 720

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...720).contains(lifetimeMinutes) else {
      throw ValidationError("--lifetime-minutes must be 1 to 720")
    }
  }

  mutating func run() async throws {
    let request = Gateway.V1.ExchangeRequest.with {
      $0.audience = audience
      $0.lifetimeSeconds = lifetimeMinutes * 60
    }
    let response = try await gateway.use { try await $0.tokens.exchange(request) }
    Output.line(json ? Self.json(response).text : response.token)
  }

  private static func json(_ response: Gateway.V1.ExchangeResponse) -> JSONValue {
    .object([
      "token": .string(response.token),
      "expiresAt": response.expiresAt.map { .string("\(Instant(seconds: $0.seconds))") } ?? .null,
      "methods": .array(response.methods.map { .string($0) }),
    ])
  }
}

/// `millrace token revoke-all`: ends every in-plant token.
struct RevokeAllTokensCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke-all",
    abstract: "End every in-plant token that has been issued so far, of everybody.",
    discussion: "Clients exchange again by themselves, if their credentials are still good.")

  @OptionGroup var gateway: GatewayOptions

  mutating func run() async throws {
    let response = try await gateway.use { try await $0.tokens.revokeInPlantTokens(.init()) }
    let limit = response.issuedBefore.map { "\(Instant(seconds: $0.seconds))" } ?? "now"
    Output.line("in-plant tokens issued before \(limit) have ended")
  }
}
