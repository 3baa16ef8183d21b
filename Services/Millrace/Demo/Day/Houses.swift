import Foundation
import Identity
import JSON
import NIOCore
import NIOPosix

/// The services beside Production and the Gateway, and who follows whom.
struct Houses: Sendable {
  private let ports: [House: Int]
  private let installation: Installation
  private let followersKey: String
  private let believedKeys: String

  /// Those that are started here; Production and the Gateway have a start of their own.
  private static let started: [House] = [.masterData, .inventory, .procurement, .quality]

  /// Chooses where each will listen, because each has to know some of the others, and makes the key by which
  /// they believe each other.
  init(_ installation: Installation) async throws {
    self.installation = installation
    var ports: [House: Int] = [:]
    for house in House.all { ports[house] = try await Self.freePort() }
    self.ports = ports
    let directory = installation.file("followers")
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700])
    _ = try await SigningKey.create(.principals, directory: directory)
    followersKey = directory + "/" + SigningKey.Purpose.principals.fileName
    let ours = try PublicKeys.read(
      installation.file(SigningKey.Purpose.principals.publicFileName))
    let theirs = try PublicKeys.read(directory + "/" + SigningKey.Purpose.principals.publicFileName)
    believedKeys = installation.file("believed-keys.json")
    try await PublicKeys.replace(believedKeys, ours + theirs)
  }

  private static func freePort() async throws -> Int {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(host: "127.0.0.1", port: 0).get()
    let port = channel.localAddress?.port ?? 0
    try await channel.close()
    return port
  }

  /// Where a service listens.
  func address(of house: House) -> GatewayAddress {
    GatewayAddress(host: "127.0.0.1", port: ports[house] ?? 0)
  }

  /// What a configuration says of where a service listens, and of where another one is.
  func place(of house: House) -> JSONValue {
    ["host": "127.0.0.1", "port": .int(Int64(ports[house] ?? 0))]
  }

  /// What a configuration says of a service that it follows.
  private func followed(_ house: House) -> JSONValue {
    [
      "host": "127.0.0.1", "port": .int(Int64(ports[house] ?? 0)),
      "signingKeyFile": .string(followersKey),
    ]
  }

  /// The keys of a house's configuration that every house has.
  func settings(of house: House, sites: JSONValue, following: [House]) -> JSONValue {
    var settings: [String: JSONValue] = [
      "listen": place(of: house),
      "database": .string(installation.file("\(house.name).sqlite")),
      "principalKeysFile": .string(believedKeys), "sites": sites,
    ]
    for other in following { settings[other.name] = followed(other) }
    return .object(settings)
  }

  /// Starts MasterData, Inventory, Procurement and Quality.
  func start() async throws {
    let site: JSONValue = [["code": .string(Installation.site)]]
    let following: [House: [House]] = [
      .inventory: [.quality], .procurement: [.production],
      .quality: [.production, .inventory, .procurement],
    ]
    for house in Self.started {
      let sites: JSONValue = house == .masterData ? [.string(Installation.site)] : site
      let file = try installation.write(
        "\(house.name).json",
        settings(of: house, sites: sites, following: following[house] ?? []))
      _ = try await installation.startServer("millrace-\(house.name)", ["--config", file])
    }
  }
}
