import Contracts
import Environment
import Foundation
import Identity
import Logging
import NIOCore
import NIOPosix
import Protobuf
import RPC
import RecordStore
import ServiceKit
import Values

@testable import Production

/// Production as its callers meet it: a server on loopback with a database file of its own, and
/// callers whose principals a gateway's key has signed.
final class ProductionFixture: Sendable {
  static let site = "PLANT1"
  static let mes = Principal(
    subject: "mes-line-1", kind: .partner, sites: [SiteCode("PLANT1"), SiteCode("GHOST")])
  static let otherMES = Principal(
    subject: "mes-line-2", kind: .partner, sites: [SiteCode("PLANT1"), SiteCode("PLANT2")])
  static let gateway = Principal(
    subject: "gateway", kind: .integration, sites: [SiteCode("PLANT1"), SiteCode("PLANT2")])

  let directory: TestDirectory
  let environment: Environment
  let clock: ManualClock
  let signer: PrincipalSigner
  let program: ServiceProgram
  let parts: ProductionService.Parts
  private let server: RPC.Server
  private let channel: RPC.ClientChannel

  private init(
    _ directory: TestDirectory, _ environment: Environment, _ clock: ManualClock,
    _ signer: PrincipalSigner, _ program: ServiceProgram, _ parts: ProductionService.Parts,
    _ server: RPC.Server,
    _ channel: RPC.ClientChannel
  ) {
    self.directory = directory
    self.environment = environment
    self.clock = clock
    self.signer = signer
    self.program = program
    self.parts = parts
    self.server = server
    self.channel = channel
  }

  /// Runs a body against a new service, or one that goes on in a directory of before.
  @discardableResult
  static func run<T: Sendable>(
    in directory: TestDirectory? = nil, seed: UInt64 = 1,
    _ body: (ProductionFixture) async throws -> T
  ) async throws -> T {
    let fixture = try await start(in: directory ?? TestDirectory(), seed: seed)
    do {
      let result = try await body(fixture)
      await fixture.stop()
      return result
    } catch {
      await fixture.stop()
      throw error
    }
  }

  private static func start(in directory: TestDirectory, seed: UInt64) async throws
    -> ProductionFixture
  {
    let (environment, clock) = Environment.manual(seed: seed)
    let key = try await SigningKey.generate()
    let keys = directory.file("keys-\(UUID().uuidString).json")
    try Data(key.publicKeySet()).write(to: URL(fileURLWithPath: keys))
    let configuration = try await ProductionConfiguration.load(
      directory.write("production.json", configurationText(directory, keys)))
    let parts = ProductionService.Parts(configuration, environment)
    let program = try await ServiceProgram(
      ProductionService.plan(configuration, parts), configuration.service,
      keys: try await VerificationKeys.load(keys), environment: environment,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    program.health.setServing(true)
    let group = MultiThreadedEventLoopGroup.singleton
    let server = RPC.Server(
      configuration: ServerConfiguration(host: "127.0.0.1", port: 0), group: group,
      lookup: { program.handler(for: $0) })
    let port = try await server.start().port ?? 0
    return ProductionFixture(
      directory, environment, clock, try PrincipalSigner(key: key, environment: environment),
      program, parts, server, RPC.ClientChannel(host: "127.0.0.1", port: port, group: group))
  }

  private static func configurationText(_ directory: TestDirectory, _ keys: String) -> String {
    """
    {"listen": {"host": "127.0.0.1", "port": 0}, "database": "\(directory.file("production.sqlite"))",
     "principalKeysFile": "\(keys)",
     "sites": [{"code": "PLANT1", "overProductionTolerancePercent": "10"}, {"code": "PLANT2"}]}
    """
  }

  private func stop() async {
    await channel.close()
    program.drain.begin()
    await server.shutdown(graceMilliseconds: 1_000)
    await program.close()
  }

  /// A caller with a principal; without one when it is `nil`.
  func caller(_ principal: Principal?) -> RPCCaller {
    let signer = signer
    return RPCCaller(channel) {
      guard let principal else { return [] }
      let token = try signer.token(
        for: principal, audience: House.production.audience)
      return [(PrincipalToken.metadataName, token)]
    }
  }

  func client(_ principal: Principal? = mes) -> Production.V1.ProductionServiceClient {
    .init(caller(principal))
  }

  /// A call of bytes, for what no client of ours could send.
  func rawCall(_ path: String, _ message: ByteBuffer, _ options: ClientCallOptions) async throws {
    _ = try await channel.unary(path: path, message, options: options)
  }

  var gateway: Production.V1.ProductionServiceClient { client(Self.gateway) }

  func feed(_ principal: Principal = gateway) -> Events.V1.EventFeedServiceClient {
    .init(caller(principal))
  }

  /// The rows of every table, by name: what a refusal must leave alone.
  func rowCounts() async throws -> [String: Int64] {
    try await program.database.read { snapshot in
      var counts: [String: Int64] = [:]
      for table in [
        "orders", "order_components", "order_operations", "reports", "genealogy_edges", "shortages",
        "rs_fact_ledger", "rs_outbox",
        "rs_audit", "rs_consumers",
      ] {
        counts[table] = try snapshot.row("SELECT count(*) FROM \(table)") { try $0.int64(0) }
      }
      return counts
    }
  }
}

/// A directory that goes when the last one who needs it does.
final class TestDirectory: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "millrace-production-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }
}
