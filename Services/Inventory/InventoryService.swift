import Contracts
import Environment
import Identity
import RecordStore
import ServiceKit
import Values

/// What Inventory is: its records, and which RPC is which operation.
enum InventoryService {
  static func plan(
    _ configuration: InventoryConfiguration, _ environment: Environment = .system
  ) -> ServiceProgram.Plan {
    ServiceProgram.Plan(
      .inventory, sites: configuration.sites, migrations: inventoryMigrations,
      services: [Inventory.V1.InventoryService.name], eventTypes: []
    ) { routes($0.incarnation) }
  }

  static func routes(_ incarnation: Incarnation) -> [Route] {
    EventFeedRoutes.withoutOutcomes(incarnation)
  }
}
