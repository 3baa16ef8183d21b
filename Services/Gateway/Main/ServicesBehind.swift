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

  private let services: [Service]

  /// Their channels; nothing is sent before the first call.
  init(_ configuration: GatewayConfiguration, group: any EventLoopGroup, logger: Logger) {
    services = OfferedService.houses.compactMap { offered in
      guard let house = offered.house, let place = configuration.services[house] else { return nil }
      let channel = ClientChannel(
        host: place.address.host, port: place.address.port,
        configuration: ClientConfiguration(tls: place.tls, logger: logger), group: group)
      let destination = Destination(
        audience: house.audience, pathPrefix: offered.pathPrefix,
        longLivedPaths: offered.longLivedPaths, requestStreamPaths: offered.requestStreamPaths)
      return Service(destination: destination, offered: offered.name, channel: channel)
    }
  }

  /// Calls to a service in somebody's name; `nil` where it is not in the configuration.
  func caller(of house: House, as principal: Principal, _ signer: PrincipalSigner) -> RPCCaller? {
    service(house.audience)?.caller(as: principal, signer)
  }

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
