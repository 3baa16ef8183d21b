import Contracts
import Environment
import NIOPosix
import Protobuf
import RPC
import ServiceKit

/// Who works in the plant on a day: one partner for each, with a role and a key of its own.
struct Crew: Sendable {
  /// One of them, through the Gateway.
  struct Member: Sendable {
    let production: Production.V1.ProductionServiceClient
    let inventory: Inventory.V1.InventoryServiceClient
    let procurement: Procurement.V1.ProcurementServiceClient
    let quality: Quality.V1.QualityServiceClient
  }

  let mes: Member
  let wms: Member
  let planner: Member
  let supplier: Member
  let inspector: Member
  let secondInspector: Member
  private let channel: RPC.ClientChannel

  /// The supplier's own code.
  static let supplierCode = "V-STEEL"
  private static let widest: Int64 = 100_000

  /// Makes the partners and their keys.
  init(_ gateway: GatewayAddress, adminKey: String) async throws {
    let channel = RPC.ClientChannel(
      host: gateway.host, port: gateway.port, group: MultiThreadedEventLoopGroup.singleton)
    self.channel = channel
    func member(_ name: String, _ role: String, code: String = "") async throws -> Member {
      let key = try await Administration.use(gateway, apiKey: adminKey) { gateway in
        _ = try await gateway.partners.putPartner(
          .with {
            $0.partner = .with {
              $0.name = name
              $0.sites = [Installation.site]
              $0.roles = [role]
              $0.partnerCode = code
              $0.limits = .with {
                $0.callsPerSecond = Self.widest
                $0.burst = Self.widest
                $0.concurrentCalls = 1_000
              }
            }
          })
        return try await gateway.partners.issueKey(to: name, expiresAt: nil).apiKey
      }
      let caller = RPCCaller(channel) { [("authorization", "Bearer \(key)")] }
      return Member(
        production: .init(caller), inventory: .init(caller), procurement: .init(caller),
        quality: .init(caller))
    }
    mes = try await member("day-mes", "mes")
    wms = try await member("day-wms", "wms")
    planner = try await member("day-planner", "planner")
    supplier = try await member("day-supplier", "supplier", code: Self.supplierCode)
    inspector = try await member("anna", "quality")
    secondInspector = try await member("bert", "quality")
  }

  /// Closes the connections.
  func close() async { await channel.close() }

  /// A fact's header, as of now.
  static func header(_ event: String) -> Common.V1.FactHeader {
    .with {
      $0.sourceSystem = "demo"
      $0.sourceEventID = event
      $0.occurredAt = .init(Environment.system.clock.now)
    }
  }
}
