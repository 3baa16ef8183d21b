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

    /// Calls to it in somebody's name.
    func caller(as principal: Principal, _ signer: PrincipalSigner) -> RPCCaller {
      let audience = destination.audience
      return RPCCaller(channel) {
        [(PrincipalToken.metadataName, try signer.token(for: principal, audience: audience))]
      }
    }
  }

  /// What the Odoo wing works with; Production is in every configuration.
  let production: Service
  let masterData: Service?

  private var services: [Service] { [production] + (masterData.map { [$0] } ?? []) }

  /// Their channels; nothing is sent before the first call.
  init(_ configuration: GatewayConfiguration, group: any EventLoopGroup, logger: Logger) {
    func service(_ destination: Destination, _ offered: String, _ place: ServiceAddress) -> Service
    {
      let channel = ClientChannel(
        host: place.address.host, port: place.address.port,
        configuration: ClientConfiguration(tls: place.tls, logger: logger), group: group)
      return Service(destination: destination, offered: offered, channel: channel)
    }
    production = service(
      Self.production, Production.V1.ProductionService.name, configuration.production)
    masterData = configuration.masterData.map {
      service(Self.masterData, Masterdata.V1.MasterDataService.name, $0)
    }
  }

  private static let production = Destination(
    audience: PrincipalToken.productionAudience, pathPrefix: "/millrace.production.v1.",
    longLivedPaths: [Production.V1.ProductionService.watchOrders.path])

  private static let masterData = Destination(
    audience: PrincipalToken.masterDataAudience, pathPrefix: "/millrace.masterdata.v1.",
    longLivedPaths: [Masterdata.V1.MasterDataService.watchChanges.path],
    requestStreamPaths: [Masterdata.V1.MasterDataService.importSnapshot.path])

  var destinations: [Destination] { services.map(\.destination) }

  /// What reflection shows of them.
  var offered: [String] { services.map(\.offered) }

  var audiences: [String] { services.map(\.destination.audience) }

  /// The service of an audience, `nil` when there is none.
  func service(_ audience: String) -> Service? {
    services.first { $0.destination.audience == audience }
  }

  /// Calls to each service in somebody's name, by its audience.
  func callers(
    as principal: Principal, _ signer: PrincipalSigner
  ) -> [(name: String, caller: any ServiceCaller)] {
    services.map { ($0.destination.audience, $0.caller(as: principal, signer)) }
  }

  /// Closes the channels.
  func close() async {
    for service in services { await service.channel.close() }
  }
}
