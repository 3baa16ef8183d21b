import Contracts
import Identity
import Logging
import RecordStore
import ServiceKit
import Values

/// What MasterData is: its records, and which RPC is which operation.
enum MasterDataService {
  static func plan(
    _ configuration: MasterDataConfiguration, _ unmapped: UnmappedCodes = UnmappedCodes(),
    _ places: ImportPlaces = ImportPlaces()
  ) -> ServiceProgram.Plan {
    let index = CodeIndex()
    var plan = ServiceProgram.Plan(
      .masterData, sites: configuration.sites,
      migrations: masterDataMigrations, services: [Masterdata.V1.MasterDataService.name],
      eventTypes: [Masterdata.V1.Record.fullName]
    ) { database in
      routes(
        database.incarnation, approvalSites: configuration.approvalSites, index, unmapped,
        places)
    }
    plan.opened = { try index.load($0) }
    plan.background = { resources in
      [(name: "unmapped codes", run: { await unmapped.run(resources.database, resources.logger) })]
    }
    return plan
  }

  static func routes(
    _ incarnation: Incarnation, approvalSites: Set<SiteCode>, _ index: CodeIndex,
    _ unmapped: UnmappedCodes, _ places: ImportPlaces
  ) -> [Route] {
    records(incarnation) + [
      .read(ListShifts()),
      .collect(ImportSnapshot(places: places)),
      .watch(WatchChanges(incarnation: incarnation)),
      .read(ResolveCodes(index: index, unmapped: unmapped)),
      .write(UpsertRecords<Masterdata.V1.CreateMappingRulesRequest>()),
      .read(TestMappingRules(index: index)),
      .read(ListRecords<Masterdata.V1.ListMappingRulesRequest>(incarnation: incarnation)),
      .write(RetireMappingRules()),
      .read(ListUnmappedCodes(incarnation: incarnation, index: index)),
      .write(SetOwnershipRules(approvalSites: approvalSites)),
      .write(ApproveOwnershipRules()),
      .read(ListOwnershipRules(incarnation: incarnation)),
    ] + EventFeedRoutes.withoutOutcomes(incarnation)
  }

  /// Upsert, get and list of every kind.
  private static func records(_ incarnation: Incarnation) -> [Route] {
    [
      .write(UpsertRecords<Masterdata.V1.UpsertUnitsRequest>()),
      .read(GetRecords<Masterdata.V1.GetUnitsRequest>()),
      .read(ListRecords<Masterdata.V1.ListUnitsRequest>(incarnation: incarnation)),
      .write(UpsertRecords<Masterdata.V1.UpsertItemsRequest>()),
      .read(GetRecords<Masterdata.V1.GetItemsRequest>()),
      .read(ListRecords<Masterdata.V1.ListItemsRequest>(incarnation: incarnation)),
      .write(UpsertRecords<Masterdata.V1.UpsertSitesRequest>()),
      .read(GetRecords<Masterdata.V1.GetSitesRequest>()),
      .read(ListRecords<Masterdata.V1.ListSitesRequest>(incarnation: incarnation)),
      .write(UpsertRecords<Masterdata.V1.UpsertShiftCalendarsRequest>()),
      .read(GetRecords<Masterdata.V1.GetShiftCalendarsRequest>()),
      .read(ListRecords<Masterdata.V1.ListShiftCalendarsRequest>(incarnation: incarnation)),
      .write(UpsertRecords<Masterdata.V1.UpsertWorkCentersRequest>()),
      .read(GetRecords<Masterdata.V1.GetWorkCentersRequest>()),
      .read(ListRecords<Masterdata.V1.ListWorkCentersRequest>(incarnation: incarnation)),
      .write(UpsertRecords<Masterdata.V1.UpsertWarehousesRequest>()),
      .read(GetRecords<Masterdata.V1.GetWarehousesRequest>()),
      .read(ListRecords<Masterdata.V1.ListWarehousesRequest>(incarnation: incarnation)),
      .write(UpsertRecords<Masterdata.V1.UpsertLocationsRequest>()),
      .read(GetRecords<Masterdata.V1.GetLocationsRequest>()),
      .read(ListRecords<Masterdata.V1.ListLocationsRequest>(incarnation: incarnation)),
      .write(UpsertRecords<Masterdata.V1.UpsertBusinessPartnersRequest>()),
      .read(GetRecords<Masterdata.V1.GetBusinessPartnersRequest>()),
      .read(ListRecords<Masterdata.V1.ListBusinessPartnersRequest>(incarnation: incarnation)),
      .write(UpsertRecords<Masterdata.V1.UpsertSupplierItemsRequest>()),
      .read(GetRecords<Masterdata.V1.GetSupplierItemsRequest>()),
      .read(ListRecords<Masterdata.V1.ListSupplierItemsRequest>(incarnation: incarnation)),
      .write(UpsertRecords<Masterdata.V1.UpsertRoutingsRequest>()),
      .read(GetRecords<Masterdata.V1.GetRoutingsRequest>()),
      .read(ListRecords<Masterdata.V1.ListRoutingsRequest>(incarnation: incarnation)),
      .write(UpsertRecords<Masterdata.V1.UpsertBillsOfMaterialRequest>()),
      .read(GetRecords<Masterdata.V1.GetBillsOfMaterialRequest>()),
      .read(ListRecords<Masterdata.V1.ListBillsOfMaterialRequest>(incarnation: incarnation)),
    ]
  }
}
