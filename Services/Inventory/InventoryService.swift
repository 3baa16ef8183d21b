import Contracts
import Environment
import Identity
import Logging
import Protobuf
import RecordStore
import ServiceKit
import Values

/// What Inventory is: its records, and which RPC is which operation.
enum InventoryService {
  static func plan(
    _ configuration: InventoryConfiguration, _ environment: Environment = .system
  ) -> ServiceProgram.Plan {
    plan(configuration, Parts(configuration, environment))
  }

  static func plan(_ configuration: InventoryConfiguration, _ parts: Parts) -> ServiceProgram.Plan {
    var plan = ServiceProgram.Plan(
      .inventory, sites: Set(configuration.sites.keys), migrations: inventoryMigrations,
      services: [
        Inventory.V1.InventoryService.name, Contracts.Genealogy.V1.GenealogyService.name,
      ],
      eventTypes: [
        Inventory.V1.MovementChanged.fullName, Inventory.V1.SubmitCountRequest.fullName,
        Common.V1.GenealogyEdge.fullName,
      ]
    ) { routes($0.incarnation, parts) }
    let recheck = Recheck(desk: parts.desk, sites: Set(configuration.sites.keys))
    plan.background = { resources in
      [
        (
          name: "movement checks",
          run: { await recheck.run(resources.database, resources.logger) }
        )
      ]
    }
    plan.follow(parts.holds.follower, of: configuration.quality)
    if let copy = parts.copy { plan.follow(copy.follower, of: configuration.masterData) }
    return plan
  }

  /// What its operations share.
  struct Parts: Sendable {
    let holds: HoldCopy
    /// `nil` where no master data is followed.
    let copy: ReferenceCopy?
    let gate: MovementGate
    let desk: MovementDesk

    init(_ configuration: InventoryConfiguration, _ environment: Environment) {
      self.init(
        configuration.sites, followsMasterData: configuration.masterData != nil, environment)
    }

    init(
      _ policies: [SiteCode: SitePolicy], followsMasterData: Bool, _ environment: Environment
    ) {
      let logger = Logger(label: "millrace.inventory")
      holds = HoldCopy(sites: policies.keys, environment: environment, logger: logger)
      copy =
        followsMasterData
        ? ReferenceCopy(
          sites: policies.keys, kinds: [.item, .unit, .location, .businessPartner],
          environment: environment, logger: logger) : nil
      gate = MovementGate(holds: holds, copy: copy, policies: policies)
      desk = MovementDesk(gate: gate, book: BalanceBook(policies: policies))
    }
  }

  static func routes(_ incarnation: Incarnation, _ parts: Parts) -> [Route] {
    let record = RecordMovement(desk: parts.desk)
    return [
      .write(record),
      .batch(RecordMovementBatch(item: record)),
      .write(ReverseMovement(desk: parts.desk)),
      .write(SettleMovement(desk: parts.desk)),
      .read(GetMovement()),
      .read(ListMovements(incarnation: incarnation)),
      .read(ListSequenceGaps(incarnation: incarnation)),
      .write(SubmitCount()),
      .read(ListVariances(incarnation: incarnation)),
      .write(ApproveAdjustment(desk: parts.desk)),
      .read(ListBalances(incarnation: incarnation)),
      .read(GetBalances()),
      .read(CheckAvailability(gate: parts.gate)),
      .watch(WatchBalances(incarnation: incarnation)),
      .read(ListInventoryCases(policies: parts.gate.policies)),
    ] + GenealogyRoutes.all(incarnation) + EventFeedRoutes.withoutOutcomes(incarnation)
  }
}
