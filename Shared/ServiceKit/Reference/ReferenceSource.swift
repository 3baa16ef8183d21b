import Identity
import NIOCore
import Protobuf
import RPC
import RecordStore
public import Values

/// The MasterData that a service follows, and who the service is there.
///
/// ```json
/// {"masterdata": {"host": "127.0.0.1", "port": 50052,
///   "signingKeyFile": "/etc/millrace/production/principal-signing-key.pem"}}
/// ```
/// The service signs who it is with a key of its own; MasterData believes it when the public half is in
/// the file of its `principalKeysFile` (`millrace keys publish`).
public struct ReferenceSource: Sendable {
  let place: ServiceAddress
  let key: SigningKey

  /// Reads the keys of a section.
  public static func load(_ settings: Settings, _ section: String) async -> ReferenceSource? {
    let place = settings.service(section)
    let entry = settings.section(section)
    let file = entry.text("signingKeyFile")
    guard !file.isEmpty else { return nil }
    do { return ReferenceSource(place: place, key: try await SigningKey.load(file)) } catch {
      entry.reject("signingKeyFile", "names a file that is refused: \(error)")
      return nil
    }
  }

  /// Follows it until the task is cancelled.
  /// - Parameter name: the service's own, as ownership rules and the audit log know it.
  public func follow(
    _ copy: ReferenceCopy, as name: String, sites: Set<SiteCode>,
    _ resources: ServiceProgram.Resources
  ) async throws {
    let signer = try PrincipalSigner(key: key, environment: resources.environment)
    let principal = Principal(subject: name, kind: .partner, sites: sites)
    let channel = RPC.ClientChannel(
      host: place.address.host, port: place.address.port,
      configuration: ClientConfiguration(tls: place.tls, logger: resources.logger),
      group: resources.group)
    let caller = RPCCaller(channel) {
      let token = try signer.token(for: principal, audience: PrincipalToken.masterDataAudience)
      return [(PrincipalToken.metadataName, token)]
    }
    await copy.run(resources.database, caller)
    await channel.close()
  }
}
