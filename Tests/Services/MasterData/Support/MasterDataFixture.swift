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
import TestFolders
import Testing
import Values

@testable import MasterData

/// MasterData as its callers meet it: a server on loopback with a database file of its own, and a
/// caller whose principal a gateway's key has signed.
final class MasterDataFixture: Sendable {
  static let site = "PLANT1"

  let program: ServiceProgram
  let clock: ManualClock
  let client: Masterdata.V1.MasterDataServiceClient
  private let server: RPC.Server
  private let channel: RPC.ClientChannel

  private init(_ folder: String) async throws {
    let (environment, clock) = Environment.manual(seed: 1)
    self.clock = clock
    let key = try await SigningKey.generate()
    let keys = folder + "/keys-\(UUID().uuidString).json"
    try Data(key.publicKeySet()).write(to: URL(fileURLWithPath: keys))
    let file = folder + "/masterdata.json"
    try Data(
      """
      {"listen": {"host": "127.0.0.1", "port": 0}, "database": "\(folder)/masterdata.sqlite",
       "principalKeysFile": "\(keys)", "sites": ["PLANT1", "PLANT2"]}
      """.utf8
    ).write(to: URL(fileURLWithPath: file))
    let configuration = try await MasterDataConfiguration.load(file)
    let program = try await ServiceProgram(
      MasterDataService.plan(configuration), configuration.service,
      keys: configuration.service.loadPrincipalKeys(), environment: environment,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    self.program = program
    let group = MultiThreadedEventLoopGroup.singleton
    server = RPC.Server(
      configuration: ServerConfiguration(host: "127.0.0.1", port: 0), group: group,
      lookup: { program.handler(for: $0) })
    channel = RPC.ClientChannel(
      host: "127.0.0.1", port: try await server.start().port ?? 0, group: group)
    let signer = try PrincipalSigner(key: key, environment: environment)
    let steward = Principal(subject: "steward", kind: .partner, sites: [SiteCode("PLANT1")])
    client = .init(
      RPCCaller(channel) {
        let token = try signer.token(for: steward, audience: PrincipalToken.masterDataAudience)
        return [(PrincipalToken.metadataName, token)]
      })
  }

  /// Runs a body against a service, several times over the same records if it likes.
  static func run(
    in folder: String? = nil, _ body: (MasterDataFixture) async throws -> Void
  ) async throws {
    let place = try folder ?? TemporaryFolder.make()
    let fixture = try await MasterDataFixture(place)
    let result: Result<Void, any Error>
    do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
    await fixture.stop()
    if folder == nil { try? FileManager.default.removeItem(atPath: place) }
    try result.get()
  }

  private func stop() async {
    await channel.close()
    program.drain.begin()
    await server.shutdown(graceMilliseconds: 1_000)
    await program.close()
  }

  // MARK: What stewards say

  func put(_ units: [Masterdata.V1.Unit], validateOnly: Bool = false) async throws
    -> [Masterdata.V1.UpsertOutcome]
  {
    try await client.upsertUnits(
      .with {
        $0.site = Self.site
        $0.units = units
        $0.validateOnly = validateOnly
      }
    ).outcomes
  }

  func put(_ items: [Masterdata.V1.Item], validateOnly: Bool = false) async throws
    -> [Masterdata.V1.UpsertOutcome]
  {
    try await client.upsertItems(
      .with {
        $0.site = Self.site
        $0.items = items
        $0.validateOnly = validateOnly
      }
    ).outcomes
  }

  func item(_ code: String) async throws -> Masterdata.V1.Item? {
    try await client.getItems(
      .with {
        $0.site = Self.site
        $0.codes = [code]
      }
    ).items.first
  }

  /// The usual units, released.
  func makeUnits() async throws {
    let outcomes = try await put([
      Sample.unit("Units"), Sample.unit("Dozens", ratio: (12, 1)),
      Sample.unit("kg", category: "weight", rounding: "0.001"),
    ])
    #expect(outcomes.map(\.receipt) == [.accepted, .accepted, .accepted])
  }
}

/// Good records, to be changed in one place.
enum Sample {
  static func head(
    _ code: String, _ lifeCycle: Masterdata.V1.LifeCycle = .released
  ) -> Masterdata.V1.RecordHead {
    .with {
      $0.code = code
      $0.lifeCycle = lifeCycle
    }
  }

  static func unit(
    _ code: String, _ lifeCycle: Masterdata.V1.LifeCycle = .released, category: String = "count",
    ratio: (Int64, Int64) = (1, 1), rounding: String = "1"
  ) -> Masterdata.V1.Unit {
    .with {
      $0.head = head(code, lifeCycle)
      $0.category = category
      $0.referenceRatio = .with {
        $0.numerator = ratio.0
        $0.denominator = ratio.1
      }
      $0.rounding = rounding
    }
  }

  static func item(
    _ code: String, _ lifeCycle: Masterdata.V1.LifeCycle = .released, unit: String = "Units",
    _ change: (inout Masterdata.V1.Item) -> Void = { _ in }
  ) -> Masterdata.V1.Item {
    .with {
      $0.head = head(code, lifeCycle)
      $0.description_p = "Item \(code)"
      $0.tracking = .none
      $0.storable = true
      $0.unit = unit
      change(&$0)
    }
  }
}
