import Environment
import Foundation
import GatewayFront
import Identity
import Logging
import NIOCore
import NIOPosix
import RPC
import ServiceKit
import Values

@testable import Gateway

/// Files of a Gateway that is configured for one site whose Odoo and Production nobody has started.
final class GatewayFiles: Sendable {
  let directory: String
  /// The key of a planner, and that of an administrator.
  let key: APIKey
  let adminKey: APIKey

  init() async throws {
    directory =
      FileManager.default.temporaryDirectory
      .appending(path: "gateway-tests-\(UUID().uuidString)").path
    key = APIKey.generate(.system)
    adminKey = APIKey.generate(.system)
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: false)
    _ = try await SigningKey.create(.principals, directory: directory)
    try SecretFile.create(path("odoo-api-key"), Array("key\n".utf8), isPrivate: true)
  }

  deinit {
    // What is left in the place for temporary files does no harm.
    try? FileManager.default.removeItem(atPath: directory)
  }

  /// The partners that the fixture's Gateway begins with.
  var partners: [(Partner, APIKey)] {
    let sites: Set = [SiteCode("PLANT1"), SiteCode("GHOST")]
    return [
      (Partner(name: "planner", sites: sites, roles: [RoleName("planner")]), key),
      (Partner(name: "administrator", sites: sites, roles: [RoleName("admin")]), adminKey),
    ]
  }

  func path(_ name: String) -> String { directory + "/" + name }

  /// A good configuration, with one text replaced by another.
  func configuration(replacing old: String = "", with new: String = "") throws -> String {
    let text = """
      {"listen": {"host": "127.0.0.1", "port": 0}, "database": "\(path("gateway.sqlite"))",
       "signingKeyFile": "\(path(SigningKey.Purpose.principals.fileName))",
       "services": {"production": {"host": "127.0.0.1", "port": 9}},
       "odoo": [{"site": "PLANT1", "url": "http://127.0.0.1:9", "database": "plant",
                 "login": "integration", "apiKeyFile": "\(path("odoo-api-key"))"}]}
      """
    let file = path("gateway-\(UUID().uuidString).json")
    let changed = old.isEmpty ? text : text.replacing(old, with: new)
    try SecretFile.create(file, Array(changed.utf8), isPrivate: true)
    return file
  }
}

extension GatewayProgram {
  /// Lets a partner in without any record of it.
  func letIn(_ partner: Partner, _ key: APIKey) {
    governance.partners.directory.put(partner)
    let credential = Credential(
      id: "\(key.id)", partner: partner.name, shown: .apiKey(key.digest),
      createdAt: Instant(seconds: 0))
    governance.partners.directory.put(credential, at: Instant(seconds: 0))
  }
}

/// A Gateway as its callers meet it: a server on loopback. The Odoo wing stands still.
enum GatewayFixture {
  /// Runs the body with a channel to the Gateway and a caller with a key.
  /// - Parameter old: a text of the good configuration that another one stands for.
  static func run(
    replacing old: String = "", with new: String = "",
    _ body: (_ channel: RPC.ClientChannel, _ caller: RPCCaller, _ files: GatewayFiles)
      async throws -> Void
  ) async throws {
    try await runProgram(replacing: old, with: new) { channel, caller, files, _ in
      try await body(channel, caller, files)
    }
  }

  /// The same with what is inside.
  static func runProgram(
    replacing old: String = "", with new: String = "",
    _ body: (
      _ channel: RPC.ClientChannel, _ caller: RPCCaller, _ files: GatewayFiles,
      _ program: GatewayProgram
    ) async throws -> Void
  ) async throws {
    let group = MultiThreadedEventLoopGroup.singleton
    let files = try await GatewayFiles()
    let program = try await GatewayProgram(
      await GatewayConfiguration.load(files.configuration(replacing: old, with: new)),
      environment: .system, group: group,
      logger: Logger(label: "test"))
    for (partner, key) in files.partners { program.letIn(partner, key) }
    var configuration = ServerConfiguration(host: "127.0.0.1", port: 0)
    configuration.observers = [program.governance.ledger]
    let server = RPC.Server(
      configuration: configuration, group: group, lookup: { program.handler(for: $0) })
    let port = try await server.start().port ?? 0
    let channel = RPC.ClientChannel(host: "127.0.0.1", port: port, group: group)
    let key = files.key.text
    let caller = RPCCaller(channel) { [("authorization", "Bearer \(key)")] }
    let result: Result<Void, any Error>
    do { result = .success(try await body(channel, caller, files, program)) } catch {
      result = .failure(error)
    }
    await channel.close()
    await server.shutdown(graceMilliseconds: 0)
    await program.close()
    try result.get()
  }
}
