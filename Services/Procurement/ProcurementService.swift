import Contracts
import Environment
import Identity
import RecordStore
import ServiceKit
import Values

/// What Procurement is: its records, and which RPC is which operation.
enum ProcurementService {
  static func plan(
    _ configuration: ProcurementConfiguration, _ environment: Environment = .system
  ) -> ServiceProgram.Plan {
    ServiceProgram.Plan(
      .procurement, sites: configuration.sites, migrations: procurementMigrations,
      services: [Procurement.V1.ProcurementService.name], eventTypes: []
    ) { routes($0.incarnation) }
  }

  static func routes(_ incarnation: Incarnation) -> [Route] {
    EventFeedRoutes.withoutOutcomes(incarnation)
  }
}
