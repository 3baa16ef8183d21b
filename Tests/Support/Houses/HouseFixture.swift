public import Environment
import Foundation
public import Identity
import Logging
public import NIOCore
import NIOPosix
public import RPC
import RecordStore
public import ServiceKit
import TestFolders
public import Values

/// A house as its callers meet it: a server on loopback with a database file of its own, a clock that the
/// test moves, and callers whose principals a gateway's key has signed.
///
/// ```swift
/// try await HouseFixture.run(.inventory, settings: #""sites": [{"code": "PLANT1"}]"#) { file in
///   let configuration = try await InventoryConfiguration.load(file)
///   return (configuration.service, { InventoryService.plan(configuration, $0) })
/// } body: { house in
///   let client = Inventory.V1.InventoryServiceClient(house.caller())
/// }
/// ```
public final class HouseFixture: Sendable {
  /// The site that most tests are about.
  public static let site = "PLANT1"
  /// What a house makes of its configuration's file: its settings and its plan.
  public typealias Load = (String) async throws -> (
    settings: ServiceSettings, plan: (Environment) -> ServiceProgram.Plan
  )

  /// The house.
  public let program: ServiceProgram
  /// Its time and chance.
  public let environment: Environment
  /// Moves its time.
  public let clock: ManualClock
  /// Makes principals that it believes.
  public let signer: PrincipalSigner
  /// Where its files are: run another fixture in it to go on after a restart.
  public let folder: String
  private let house: House
  private let server: RPC.Server
  private let channel: RPC.ClientChannel

  private init(
    _ house: House, _ folder: String, seed: UInt64, _ settings: String, _ load: Load
  ) async throws {
    self.house = house
    self.folder = folder
    (environment, clock) = Environment.manual(seed: seed)
    let key = try await SigningKey.generate()
    let keys = folder + "/keys-\(UUID().uuidString).json"
    try Data(key.publicKeySet()).write(to: URL(fileURLWithPath: keys))
    let file = folder + "/\(house.name).json"
    try Data(
      """
      {"listen": {"host": "127.0.0.1", "port": 0}, "database": "\(folder)/\(house.name).sqlite",
       "principalKeysFile": "\(keys)", \(settings)}
      """.utf8
    ).write(to: URL(fileURLWithPath: file))
    let loaded = try await load(file)
    let program = try await ServiceProgram(
      loaded.plan(environment), loaded.settings, keys: loaded.settings.loadPrincipalKeys(),
      environment: environment,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    program.health.setServing(true)
    self.program = program
    let group = MultiThreadedEventLoopGroup.singleton
    server = RPC.Server(
      configuration: ServerConfiguration(host: "127.0.0.1", port: 0), group: group,
      lookup: { program.handler(for: $0) })
    channel = RPC.ClientChannel(
      host: "127.0.0.1", port: try await server.start().port ?? 0, group: group)
    signer = try PrincipalSigner(key: key, environment: environment)
  }

  /// Runs a body against a house, several times over the same records when it names their folder.
  /// - Parameters:
  ///   - seed: of its chance; another one for another run over the same records.
  ///   - settings: the keys that only this house has, as the members of a JSON object.
  @discardableResult
  public static func run<T>(
    _ house: House, in folder: String? = nil, seed: UInt64 = 1, settings: String, load: Load,
    body: (HouseFixture) async throws -> T
  ) async throws -> T {
    let place = try folder ?? TemporaryFolder.make()
    let result: Result<T, any Error>
    let fixture = try await HouseFixture(house, place, seed: seed, settings, load)
    do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
    await fixture.stop()
    if folder == nil { try? FileManager.default.removeItem(atPath: place) }
    return try result.get()
  }

  private func stop() async {
    await channel.close()
    program.drain.begin()
    await server.shutdown(graceMilliseconds: 1_000)
    await program.close()
  }

  /// Calls of a partner of PLANT1 and PLANT2.
  /// - Parameter code: its own code as a supplier or carrier.
  public func caller(
    as subject: String = "partner", kind: Principal.Kind = .partner,
    sites: Set<SiteCode> = [SiteCode("PLANT1"), SiteCode("PLANT2")], roles: Set<RoleName> = [],
    code: String = ""
  ) -> RPCCaller {
    caller(
      Principal(subject: subject, kind: kind, sites: sites, roles: roles, partnerCode: code))
  }

  /// Calls of a principal; without one when it is `nil`.
  public func caller(_ principal: Principal?) -> RPCCaller {
    let (signer, audience) = (signer, house.audience)
    return RPCCaller(channel) {
      guard let principal else { return [] }
      return [(PrincipalToken.metadataName, try signer.token(for: principal, audience: audience))]
    }
  }

  /// A call of bytes, for what no client of ours could send.
  public func rawCall(_ path: String, _ message: ByteBuffer, _ options: ClientCallOptions)
    async throws
  {
    _ = try await channel.unary(path: path, message, options: options)
  }

  /// The rows of tables, by name: what a refusal must leave alone.
  public func rowCounts(_ tables: [String]) async throws -> [String: Int64] {
    try await program.database.read { snapshot in
      var counts: [String: Int64] = [:]
      for table in tables + ["rs_fact_ledger", "rs_outbox", "rs_audit"] {
        counts[table] = try snapshot.row("SELECT count(*) FROM \(table)") { try $0.int64(0) }
      }
      return counts
    }
  }
}
