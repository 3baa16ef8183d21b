import Contracts
import Environment
import Foundation
import Identity
import NIOPosix
import Protobuf
import RPC
import ServiceKit
import Values

/// Measures durable reports: starts the services, prepares orders, lets callers report, and counts.
struct IngestRun: Sendable {
  let way: IngestCommand.Way
  let callers: [Int]
  let seconds: Int
  let orders: Int
  let directory: String?

  /// Callers that share a connection: below the 100 streams that a server grants.
  private static let callersPerConnection = 32
  /// An order's plan: more than any run reports, so that no order is over-produced.
  private static let plannedPieces = "999999999"
  private static let site = Installation.site

  private typealias Credential = @Sendable () throws -> [(name: String, value: String)]

  func run() async throws -> IngestResult {
    try await Installation.use(in: directory) { installation in
      let services = try await Services.start(installation, withGateway: way == .gateway)
      let signer = try await PrincipalSigner(
        key: .load(installation.file(SigningKey.Purpose.principals.fileName)), environment: .system)
      let direct = RPC.ClientChannel(
        host: services.production.host, port: services.production.port,
        group: MultiThreadedEventLoopGroup.singleton)
      let integration = Production.V1.ProductionServiceClient(
        RPCCaller(direct, metadata: Self.signed(.integration, signer)))
      let partner = Production.V1.ProductionServiceClient(
        RPCCaller(direct, metadata: Self.signed(.partner, signer)))
      let names = try await prepareOrders(integration, partner)
      let credential: Credential
      switch way {
      case .direct: credential = Self.signed(.partner, signer)
      case .gateway: credential = { [("authorization", "Bearer \(services.apiKey)")] }
      }
      let address = services.gateway ?? services.production
      var levels: [IngestLevel] = []
      for count in callers {
        levels.append(try await measure(count, address, credential, names))
      }
      let counted = try await ReportCounter.count(partner, site: Self.site)
      await direct.close()
      return IngestResult(way: way, levels: levels, counted: counted)
    }
  }

  /// The metadata of a call made as the Gateway makes it.
  private static func signed(_ kind: Principal.Kind, _ signer: PrincipalSigner) -> Credential {
    let principal = Principal(
      subject: "bench-\(kind.rawValue)", kind: kind, sites: [SiteCode(site)])
    return {
      let token = try signer.token(for: principal, audience: House.production.audience)
      return [(PrincipalToken.metadataName, token)]
    }
  }

  /// Orders that take any number of single pieces; answers their names.
  private func prepareOrders(
    _ integration: Production.V1.ProductionServiceClient,
    _ partner: Production.V1.ProductionServiceClient
  ) async throws -> [String] {
    var names: [String] = []
    for number in 1...orders {
      let name = "BENCH/\(number)"
      _ = try await integration.releaseOrder(
        .with {
          $0.site = Self.site
          $0.requestID = "release-\(number)"
          $0.orderName = name
          $0.itemCode = "BENCH"
          $0.plannedQuantity = Self.pieces(Self.plannedPieces)
          $0.components = [
            .with {
              $0.line = 1
              $0.itemCode = "PART"
              $0.demand = Self.pieces(Self.plannedPieces)
              $0.unitRounding = "0.01"
              $0.tracking = .none
            }
          ]
          $0.plannedStartAt = .with { $0.seconds = 1_780_000_000 }
          $0.tracking = .none
        })
      _ = try await partner.acknowledgeOrder(
        .with {
          $0.site = Self.site
          $0.requestID = "acknowledge-\(number)"
          $0.orderName = name
        })
      names.append(name)
    }
    return names
  }

  private static func pieces(_ value: String) -> Common.V1.Quantity {
    .with {
      $0.value = value
      $0.unit = "Units"
    }
  }

  // MARK: Measuring

  private func measure(
    _ count: Int, _ address: GatewayAddress,
    _ credential: @escaping Credential,
    _ names: [String]
  ) async throws -> IngestLevel {
    let group = MultiThreadedEventLoopGroup.singleton
    let connections = (count + Self.callersPerConnection - 1) / Self.callersPerConnection
    let channels = (0..<connections).map { _ in
      RPC.ClientChannel(host: address.host, port: address.port, group: group)
    }
    let clients = channels.map {
      Production.V1.ProductionServiceClient(RPCCaller($0, metadata: credential))
    }
    let clock = Environment.system.clock
    let start = clock.monotonicNanoseconds
    let end = start + Int64(seconds) * 1_000_000_000
    let latencies = try await withThrowingTaskGroup(of: [Int64].self) { group in
      for caller in 0..<count {
        group.addTask {
          try await report(clients[caller % clients.count], names[caller % names.count], until: end)
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    let nanoseconds = clock.monotonicNanoseconds - start
    for channel in channels { await channel.close() }
    return IngestLevel(
      callers: count, accepted: latencies.count, nanoseconds: nanoseconds,
      latencies: latencies.sorted())
  }

  /// One caller: report after report until the time is over; answers how long each call took.
  private func report(
    _ client: Production.V1.ProductionServiceClient, _ order: String, until end: Int64
  ) async throws -> [Int64] {
    let environment = Environment.system
    var latencies: [Int64] = []
    var now = environment.clock.monotonicNanoseconds
    while now < end {
      let moment = environment.clock.now.microseconds
      let request = Production.V1.ReportProductionRequest.with {
        $0.site = Self.site
        $0.orderName = order
        $0.header = .with {
          $0.sourceSystem = "bench"
          $0.sourceEventID = environment.identifiers.next().description
          $0.occurredAt = .with { $0.seconds = moment / Instant.microsecondsPerSecond }
        }
        $0.good = Self.pieces("1")
      }
      let response = try await client.reportProduction(request)
      guard response.receipt == .accepted else {
        throw MESError.unexpected("a new report was answered \(response.receipt)")
      }
      let then = environment.clock.monotonicNanoseconds
      latencies.append(then - now)
      now = then
    }
    return latencies
  }
}
