public import Identity
import NIOCore
import Protobuf
import RPC
import RecordStore
import Values

/// Another service that this one follows, and who this one is there.
///
/// ```json
/// {"quality": {"host": "127.0.0.1", "port": 50055,
///   "signingKeyFile": "/etc/millrace/production/principal-signing-key.pem"}}
/// ```
/// The service signs who it is with a key of its own; the other one believes it when the public half is in
/// the file of its `principalKeysFile` (`millrace keys publish`).
public struct FollowedService: Sendable {
  private let house: House
  let place: ServiceAddress
  let key: SigningKey

  /// Reads the keys of the section that is named after the service; `nil` where there is none.
  public static func load(_ settings: Settings, _ house: House) async -> FollowedService? {
    guard settings.has(house.name) else { return nil }
    let place = settings.service(house.name)
    let entry = settings.section(house.name)
    let file = entry.text("signingKeyFile")
    guard !file.isEmpty else { return nil }
    do {
      return FollowedService(house: house, place: place, key: try await SigningKey.load(file))
    } catch {
      entry.reject("signingKeyFile", "names a file that is refused: \(error)")
      return nil
    }
  }

  /// Follows it until the task is cancelled.
  /// - Parameters:
  ///   - watches: what of it is followed.
  ///   - follower: this service, whose name ownership rules and the audit log there know.
  ///   - kind: what it is there: an integration where only one may ask.
  func follow<Watch>(
    _ watches: WatchFollower<Watch>, as follower: House, _ kind: Principal.Kind,
    sites: Set<SiteCode>, _ resources: ServiceProgram.Resources
  ) async throws {
    let signer = try PrincipalSigner(key: key, environment: resources.environment)
    let principal = Principal(subject: follower.name, kind: kind, sites: sites)
    let channel = RPC.ClientChannel(
      host: place.address.host, port: place.address.port,
      configuration: ClientConfiguration(tls: place.tls, logger: resources.logger),
      group: resources.group)
    let audience = house.audience
    let caller = RPCCaller(channel) {
      [(PrincipalToken.metadataName, try signer.token(for: principal, audience: audience))]
    }
    await watches.run(resources.database, caller)
    await channel.close()
  }
}
