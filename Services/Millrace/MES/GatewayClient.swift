import ArgumentParser
import Contracts
import Environment
import Identity
import NIOCore
import Protobuf
import RPC
import ServiceKit

/// Where a Gateway or a service listens.
struct GatewayAddress: Sendable, Equatable {
  let host: String
  let port: Int

  /// Reads `HOST:PORT`.
  init(_ text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let port = Int(parts[1]),
      (1...65_535).contains(port)
    else { throw ValidationError("\(text) is not HOST:PORT") }
    host = String(parts[0])
    self.port = port
  }

  /// An address of its parts.
  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// `HOST:PORT`.
  var text: String { "\(host):\(port)" }

  /// Refuses to send an API key without TLS where others can read it.
  func requireLoopback(unless inTheClear: Bool, instead: String = "") throws {
    guard inTheClear || HostAndPort(host: host, port: port).isLoopback else {
      throw ValidationError(
        "the API key would go to \(host) in the clear; give \(instead)--in-the-clear where nobody else reads the network"
      )
    }
  }
}

/// The services as a partner sees them: through the Gateway, with an API key.
struct GatewayClient: Sendable {
  /// Production.
  let production: Production.V1.ProductionServiceClient
  /// Production with a key that has the right form and was never issued.
  let productionWithWrongKey: Production.V1.ProductionServiceClient
  /// The Gateway's own view of the way to Odoo.
  let gateway: Gateway.V1.GatewayServiceClient

  private let channel: RPC.ClientChannel

  /// A client; nothing is sent before the first call.
  init(_ address: GatewayAddress, apiKey: String, group: any EventLoopGroup) {
    let channel = RPC.ClientChannel(host: address.host, port: address.port, group: group)
    let caller = Self.caller(channel, apiKey: apiKey)
    let wrongKey = APIKey.generate(.system).text
    self.channel = channel
    production = Production.V1.ProductionServiceClient(caller)
    productionWithWrongKey = Production.V1.ProductionServiceClient(
      Self.caller(channel, apiKey: wrongKey))
    gateway = Gateway.V1.GatewayServiceClient(caller)
  }

  /// Closes the connections.
  func close() async { await channel.close() }

  private static func caller(_ channel: RPC.ClientChannel, apiKey: String) -> RPCCaller {
    RPCCaller(channel) { [("authorization", "Bearer \(apiKey)")] }
  }
}
