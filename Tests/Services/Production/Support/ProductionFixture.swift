import Contracts
import Environment
import Houses
import Identity
import NIOCore
import Protobuf
import RPC
import ServiceKit
import Values

@testable import Production

/// Production as its callers meet it, and what its parts keep in memory.
struct ProductionFixture {
  static let site = HouseFixture.site
  static let mes = Principal(
    subject: "mes-line-1", kind: .partner, sites: [SiteCode("PLANT1"), SiteCode("GHOST")])
  static let otherMES = Principal(
    subject: "mes-line-2", kind: .partner, sites: [SiteCode("PLANT1"), SiteCode("PLANT2")])
  static let gateway = Principal(
    subject: "gateway", kind: .integration, sites: [SiteCode("PLANT1"), SiteCode("PLANT2")])

  let house: HouseFixture
  let parts: ProductionService.Parts

  var program: ServiceProgram { house.program }
  var environment: Environment { house.environment }
  var clock: ManualClock { house.clock }
  var signer: PrincipalSigner { house.signer }

  /// Runs a body against a new service, or one that goes on in a folder of before.
  @discardableResult
  static func run<T>(
    in folder: String? = nil, seed: UInt64 = 1, _ body: (ProductionFixture) async throws -> T
  ) async throws -> T {
    var parts: ProductionService.Parts?
    let settings = """
      "sites": [{"code": "PLANT1", "overProductionTolerancePercent": "10"}, {"code": "PLANT2"}]
      """
    return try await HouseFixture.run(.production, in: folder, seed: seed, settings: settings) {
      file in
      let configuration = try await ProductionConfiguration.load(file)
      return (
        configuration.service,
        { environment in
          let made = ProductionService.Parts(configuration, environment)
          parts = made
          return ProductionService.plan(configuration, made)
        }
      )
    } body: { house in
      guard let parts else { throw CancellationError() }
      return try await body(ProductionFixture(house: house, parts: parts))
    }
  }

  /// A caller with a principal; without one when it is `nil`.
  func caller(_ principal: Principal?) -> RPCCaller { house.caller(principal) }

  func client(_ principal: Principal? = mes) -> Production.V1.ProductionServiceClient {
    .init(caller(principal))
  }

  /// A call of bytes, for what no client of ours could send.
  func rawCall(_ path: String, _ message: ByteBuffer, _ options: ClientCallOptions) async throws {
    try await house.rawCall(path, message, options)
  }

  var gateway: Production.V1.ProductionServiceClient { client(Self.gateway) }

  func feed(_ principal: Principal = gateway) -> Events.V1.EventFeedServiceClient {
    .init(caller(principal))
  }

  /// The rows of every table, by name: what a refusal must leave alone.
  func rowCounts() async throws -> [String: Int64] {
    try await house.rowCounts([
      "orders", "order_components", "order_operations", "reports", "genealogy_edges", "shortages",
      "work_orders", "production_cases",
      "rs_consumers",
    ])
  }
}
