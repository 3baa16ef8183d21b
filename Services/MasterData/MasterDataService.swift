import Contracts
import Identity
import RecordStore
import ServiceKit

/// What MasterData is: its records, and which RPC is which operation.
enum MasterDataService {
  static func plan(_ configuration: MasterDataConfiguration) -> ServiceProgram.Plan {
    ServiceProgram.Plan(
      name: "masterdata", audience: PrincipalToken.masterDataAudience, sites: configuration.sites,
      migrations: masterDataMigrations, services: [Masterdata.V1.MasterDataService.name],
      eventTypes: [Masterdata.V1.Record.fullName]
    ) { routes($0.incarnation) }
  }

  static func routes(_ incarnation: Incarnation) -> [Route] {
    [
      .write(UpsertRecords<Masterdata.V1.UpsertUnitsRequest>()),
      .read(GetRecords<Masterdata.V1.GetUnitsRequest>()),
      .read(ListRecords<Masterdata.V1.ListUnitsRequest>(incarnation: incarnation)),
      .write(UpsertRecords<Masterdata.V1.UpsertItemsRequest>()),
      .read(GetRecords<Masterdata.V1.GetItemsRequest>()),
      .read(ListRecords<Masterdata.V1.ListItemsRequest>(incarnation: incarnation)),
      .watch(WatchChanges(incarnation: incarnation)),
    ] + EventFeedRoutes.withoutOutcomes(incarnation)
  }
}
