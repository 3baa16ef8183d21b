import ArgumentParser
import Contracts
import JSON
import Protobuf

/// `millrace key register-certificate`: lets a partner in by its client certificate.
struct RegisterCertificateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "register-certificate",
    abstract: "Let a partner in by a client certificate.",
    discussion: """
      By one of its alternative names with its kind: DNS:line-1.plant, URI:spiffe://plant/line-1, \
      EMAIL:line-1@plant. The Gateway must ask for certificates, and trust their authority.
      """)

  @OptionGroup var gateway: GatewayOptions

  @Argument(help: "The partner's name.")
  var partner: String

  @Argument(help: "The certificate's name with its kind.")
  var name: String

  @OptionGroup var end: EndOptions

  mutating func run() async throws {
    let (partner, name, end) = (partner, name, end.timestamp)
    try await gateway.register(
      .with {
        $0.partner = partner
        $0.shown = .certificate(.with { $0.name = name })
        $0.expiresAt = end
      })
  }
}

/// `millrace key register-token`: lets a partner in by tokens of its own identity provider.
struct RegisterTokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "register-token",
    abstract: "Let a partner in by tokens (JWT) of its own identity provider.")

  @OptionGroup var gateway: GatewayOptions

  @Argument(help: "The partner's name.")
  var partner: String

  @Argument(help: "Who issues the tokens (iss).")
  var issuer: String

  @Argument(help: "For whom (sub).")
  var subject: String

  @OptionGroup var end: EndOptions

  mutating func run() async throws {
    let (partner, end) = (partner, end.timestamp)
    let token = Gateway.V1.TokenCredential.with {
      $0.issuer = issuer
      $0.subject = subject
    }
    try await gateway.register(
      .with {
        $0.partner = partner
        $0.shown = .token(token)
        $0.expiresAt = end
      })
  }
}

extension GatewayOptions {
  fileprivate func register(_ request: Gateway.V1.RegisterCredentialRequest) async throws {
    let response = try await use { try await $0.partners.registerCredential(request) }
    CredentialText.table(response.credential.map { [$0] } ?? []).lines().forEach(Output.line)
  }
}
