import Contracts
import GatewayFront
import Identity
import Logging
import NIOCore
import Protobuf
import RPC
import ServiceKit

/// The services behind the Gateway, those of its configuration: where partners' calls go on to.
struct ServicesBehind: Sendable {
  /// One of them, and the way to it.
  struct Service: Sendable {
    let destination: Destination
    /// The full name of what it offers to partners.
    let offered: String
    let channel: ClientChannel
  }

  private let services: [Service]

  /// Their channels; nothing is sent before the first call.
  init(_ configuration: GatewayConfiguration, group: any EventLoopGroup, logger: Logger) {
    func service(_ destination: Destination, _ offered: String, _ place: ServiceAddress) -> Service
    {
      let channel = ClientChannel(
        host: place.address.host, port: place.address.port,
        configuration: ClientConfiguration(tls: place.tls, logger: logger), group: group)
      return Service(destination: destination, offered: offered, channel: channel)
    }
    services =
      [
        service(
          Self.production, Production.V1.ProductionService.name, configuration.production)
      ]
      + (configuration.masterData.map {
        [service(Self.masterData, Masterdata.V1.MasterDataService.name, $0)]
      } ?? [])
  }

  private static let production = Destination(
    audience: PrincipalToken.productionAudience, pathPrefix: "/millrace.production.v1.",
    longLivedPaths: [Production.V1.ProductionService.watchOrders.path])

  private static let masterData = Destination(
    audience: PrincipalToken.masterDataAudience, pathPrefix: "/millrace.masterdata.v1.",
    longLivedPaths: [Masterdata.V1.MasterDataService.watchChanges.path])

  var destinations: [Destination] { services.map(\.destination) }

  /// What reflection shows of them.
  var offered: [String] { services.map(\.offered) }

  var audiences: [String] { services.map(\.destination.audience) }

  /// The way to a service, `nil` when there is none of that audience.
  func channel(to audience: String) -> ClientChannel? {
    services.first { $0.destination.audience == audience }?.channel
  }

  /// Calls to a service in somebody's name, `nil` when there is none of that audience.
  func caller(
    to audience: String, as principal: Principal, _ signer: PrincipalSigner
  ) -> RPCCaller? {
    channel(to: audience).map { channel in
      RPCCaller(channel) {
        [(PrincipalToken.metadataName, try signer.token(for: principal, audience: audience))]
      }
    }
  }

  /// Calls to each service in somebody's name.
  func callers(as principal: Principal, _ signer: PrincipalSigner) -> [(String, RPCCaller)] {
    audiences.compactMap { audience in
      caller(to: audience, as: principal, signer).map { (audience, $0) }
    }
  }

  /// Closes the channels.
  func close() async {
    for service in services { await service.channel.close() }
  }
}
