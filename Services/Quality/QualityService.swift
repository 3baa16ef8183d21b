import Contracts
import Environment
import Identity
import RecordStore
import ServiceKit
import Values

/// What Quality is: its records, and which RPC is which operation.
enum QualityService {
  static func plan(
    _ configuration: QualityConfiguration, _ environment: Environment = .system
  ) -> ServiceProgram.Plan {
    ServiceProgram.Plan(
      .quality, sites: configuration.sites, migrations: qualityMigrations,
      services: [Quality.V1.QualityService.name], eventTypes: []
    ) { routes($0.incarnation) }
  }

  static func routes(_ incarnation: Incarnation) -> [Route] {
    EventFeedRoutes.withoutOutcomes(incarnation)
  }
}
