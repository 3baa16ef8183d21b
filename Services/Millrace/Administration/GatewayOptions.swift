import ArgumentParser
import Contracts
import Identity
import NIOCore
import NIOPosix
import Protobuf
import RPC
import ServiceKit

/// Which Gateway is administered, and by whom.
struct GatewayOptions: ParsableArguments {
  @Option(help: "The Gateway, HOST:PORT.")
  var gateway: String

  @Option(
    help:
      "A file that holds the API key to call with (mode 0600), of an administrator for most commands. Not needed where the certificate is registered."
  )
  var apiKeyFile: String?

  @Option(help: "The authorities of the Gateway's certificate (PEM); without it no TLS is spoken.")
  var authoritiesFile: String?

  @Option(help: "A client certificate to show (PEM), with --certificate-key-file.")
  var certificateFile: String?

  @Option(help: "The private key of --certificate-file (PEM, mode 0600).")
  var certificateKeyFile: String?

  @Flag(help: "Send the API key without TLS to another machine.")
  var inTheClear = false

  func validate() throws {
    let address = try GatewayAddress(gateway)
    if apiKeyFile != nil, authoritiesFile == nil {
      try address.requireLoopback(unless: inTheClear, instead: "--authorities-file, or ")
    }
    guard apiKeyFile != nil || certificateFile != nil else {
      throw ValidationError("--api-key-file or --certificate-file must say who calls")
    }
    guard (certificateFile == nil) == (certificateKeyFile == nil) else {
      throw ValidationError("--certificate-file and --certificate-key-file belong together")
    }
    guard certificateFile == nil || authoritiesFile != nil else {
      throw ValidationError(
        "--certificate-file needs --authorities-file: without TLS it is not shown")
    }
  }

  /// Calls the Gateway's administration.
  /// - Throws: ``RefusedCommand`` when the Gateway refuses.
  func use<Result>(
    _ body: (Administration) async throws -> Result
  ) async throws -> Result {
    let key = try apiKeyFile.map { try SecretFile.line($0) }
    let address = try GatewayAddress(gateway)
    let tls = authoritiesFile.map {
      ClientTLS(
        authoritiesFile: $0, certificateChainFile: certificateFile,
        privateKeyFile: certificateKeyFile)
    }
    return try await Administration.use(address, apiKey: key, tls: tls, body)
  }
}

/// The administration of a Gateway, over a connection of its own.
struct Administration {
  let partners: Gateway.V1.PartnerServiceClient
  let versions: Gateway.V1.VersionServiceClient
  let usage: Gateway.V1.UsageServiceClient
  let tokens: Gateway.V1.TokenServiceClient
  let audit: Audit.V1.AuditServiceClient

  /// Calls it, and closes the connection afterwards.
  /// - Throws: ``RefusedCommand`` when the Gateway refuses.
  static func use<Result>(
    _ address: GatewayAddress, apiKey: String?, tls: ClientTLS? = nil,
    _ body: (Administration) async throws -> Result
  ) async throws -> Result {
    let channel = RPC.ClientChannel(
      host: address.host, port: address.port, configuration: ClientConfiguration(tls: tls),
      group: MultiThreadedEventLoopGroup.singleton)
    let caller = RPCCaller(channel) { apiKey.map { [("authorization", "Bearer \($0)")] } ?? [] }
    do {
      let result = try await body(
        Administration(
          partners: Gateway.V1.PartnerServiceClient(caller),
          versions: Gateway.V1.VersionServiceClient(caller),
          usage: Gateway.V1.UsageServiceClient(caller),
          tokens: Gateway.V1.TokenServiceClient(caller),
          audit: Audit.V1.AuditServiceClient(caller)))
      await channel.close()
      return result
    } catch {
      await channel.close()
      throw (error as? Refusal).map { RefusedCommand(refusal: $0) } ?? error
    }
  }
}

/// A command that the Gateway has refused: what it says, the reason for scripts, and by what whoever
/// runs the Gateway finds the call in its log.
struct RefusedCommand: Error, CustomStringConvertible {
  let refusal: Refusal

  var description: String {
    refusal.requestID.isEmpty ? "\(refusal)" : "\(refusal), request \(refusal.requestID)"
  }
}
