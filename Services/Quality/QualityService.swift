import Contracts
import Environment
import Identity
import Logging
import Protobuf
import RecordStore
import ServiceKit
import Values

/// What Quality is: its records, and which RPC is which operation.
enum QualityService {
  static func plan(
    _ configuration: QualityConfiguration, _ environment: Environment = .system
  ) -> ServiceProgram.Plan {
    let logger = Logger(label: "millrace.quality")
    let followed = [
      (House.production, configuration.production), (.inventory, configuration.inventory),
      (.procurement, configuration.procurement),
    ]
    let sources = followed.map { house, _ in
      GenealogySource(house, sites: configuration.sites, environment, logger)
    }
    var plan = ServiceProgram.Plan(
      .quality, sites: configuration.sites, migrations: qualityMigrations,
      services: [Quality.V1.QualityService.name],
      eventTypes: [
        Quality.V1.Hold.fullName, Quality.V1.Inspection.fullName,
        Quality.V1.Nonconformance.fullName,
      ]
    ) { routes($0.incarnation, sources) }
    for (source, (_, service)) in zip(sources, followed) {
      plan.follow(source.follower, of: service, as: .integration)
    }
    return plan
  }

  static func routes(_ incarnation: Incarnation, _ sources: [GenealogySource]) -> [Route] {
    let desk = HoldDesk()
    let nonconformances = NonconformanceDesk()
    let inspections = InspectionDesk()
    return [
      .write(CreateInspection(inspections: inspections, desk: desk)),
      .write(SubmitResults(inspections: inspections)),
      .write(
        CompleteInspection(
          inspections: inspections, nonconformances: nonconformances, desk: desk)),
      .write(CancelInspection(inspections: inspections, desk: desk)),
      .read(GetInspection(inspections: inspections)),
      .read(ListInspections(incarnation: incarnation)),
      .write(
        RaiseNonconformance(
          nonconformances: nonconformances, inspections: inspections, desk: desk)),
      .write(ReviewNonconformance(nonconformances: nonconformances)),
      .write(DispositionNonconformance(nonconformances: nonconformances)),
      .write(VerifyNonconformance(nonconformances: nonconformances)),
      .write(CloseNonconformance(nonconformances: nonconformances, desk: desk)),
      .read(GetNonconformance(nonconformances: nonconformances, desk: desk)),
      .read(ListNonconformances(incarnation: incarnation)),
      .write(PlaceHold(desk: desk, nonconformances: nonconformances)),
      .write(
        ReleaseHold(desk: desk, nonconformances: nonconformances, inspections: inspections)),
      .read(GetHold(desk: desk)),
      .read(ListHolds(incarnation: incarnation)),
      .watch(WatchHolds(incarnation: incarnation)),
      .read(TraceLot(desk: desk, sources: sources)),
    ] + EventFeedRoutes.withoutOutcomes(incarnation)
  }
}
