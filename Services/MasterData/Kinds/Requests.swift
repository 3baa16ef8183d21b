import Contracts
import Protobuf

// Where each kind's requests have its records. Nothing else about a kind is here.

// MARK: Units

extension Masterdata.V1.UpsertUnitsRequest: UpsertRequest {
  static let method = Masterdata.V1.MasterDataService.upsertUnits
  static let entriesField = "units"
  var entries: [Masterdata.V1.Unit] { units }
}
extension Masterdata.V1.UpsertUnitsResponse: UpsertResponse {}

extension Masterdata.V1.GetUnitsRequest: GetRequest {
  static let method = Masterdata.V1.MasterDataService.getUnits
}
extension Masterdata.V1.GetUnitsResponse: GetResponse {
  var entries: [Masterdata.V1.Unit] {
    get { units }
    set { units = newValue }
  }
}

extension Masterdata.V1.ListUnitsRequest: ListRequest {
  static let method = Masterdata.V1.MasterDataService.listUnits
}
extension Masterdata.V1.ListUnitsResponse: ListResponse {
  var entries: [Masterdata.V1.Unit] {
    get { units }
    set { units = newValue }
  }
}

// MARK: Items

extension Masterdata.V1.UpsertItemsRequest: UpsertRequest {
  static let method = Masterdata.V1.MasterDataService.upsertItems
  static let entriesField = "items"
  var entries: [Masterdata.V1.Item] { items }
}
extension Masterdata.V1.UpsertItemsResponse: UpsertResponse {}

extension Masterdata.V1.GetItemsRequest: GetRequest {
  static let method = Masterdata.V1.MasterDataService.getItems
}
extension Masterdata.V1.GetItemsResponse: GetResponse {
  var entries: [Masterdata.V1.Item] {
    get { items }
    set { items = newValue }
  }
}

extension Masterdata.V1.ListItemsRequest: ListRequest {
  static let method = Masterdata.V1.MasterDataService.listItems
}
extension Masterdata.V1.ListItemsResponse: ListResponse {
  var entries: [Masterdata.V1.Item] {
    get { items }
    set { items = newValue }
  }
}

// MARK: Sites

extension Masterdata.V1.UpsertSitesRequest: UpsertRequest {
  static let method = Masterdata.V1.MasterDataService.upsertSites
  static let entriesField = "sites"
  var entries: [Masterdata.V1.Site] { sites }
}
extension Masterdata.V1.UpsertSitesResponse: UpsertResponse {}

extension Masterdata.V1.GetSitesRequest: GetRequest {
  static let method = Masterdata.V1.MasterDataService.getSites
}
extension Masterdata.V1.GetSitesResponse: GetResponse {
  var entries: [Masterdata.V1.Site] {
    get { sites }
    set { sites = newValue }
  }
}

extension Masterdata.V1.ListSitesRequest: ListRequest {
  static let method = Masterdata.V1.MasterDataService.listSites
}
extension Masterdata.V1.ListSitesResponse: ListResponse {
  var entries: [Masterdata.V1.Site] {
    get { sites }
    set { sites = newValue }
  }
}

// MARK: ShiftCalendars

extension Masterdata.V1.UpsertShiftCalendarsRequest: UpsertRequest {
  static let method = Masterdata.V1.MasterDataService.upsertShiftCalendars
  static let entriesField = "shift_calendars"
  var entries: [Masterdata.V1.ShiftCalendar] { shiftCalendars }
}
extension Masterdata.V1.UpsertShiftCalendarsResponse: UpsertResponse {}

extension Masterdata.V1.GetShiftCalendarsRequest: GetRequest {
  static let method = Masterdata.V1.MasterDataService.getShiftCalendars
}
extension Masterdata.V1.GetShiftCalendarsResponse: GetResponse {
  var entries: [Masterdata.V1.ShiftCalendar] {
    get { shiftCalendars }
    set { shiftCalendars = newValue }
  }
}

extension Masterdata.V1.ListShiftCalendarsRequest: ListRequest {
  static let method = Masterdata.V1.MasterDataService.listShiftCalendars
}
extension Masterdata.V1.ListShiftCalendarsResponse: ListResponse {
  var entries: [Masterdata.V1.ShiftCalendar] {
    get { shiftCalendars }
    set { shiftCalendars = newValue }
  }
}

// MARK: WorkCenters

extension Masterdata.V1.UpsertWorkCentersRequest: UpsertRequest {
  static let method = Masterdata.V1.MasterDataService.upsertWorkCenters
  static let entriesField = "work_centers"
  var entries: [Masterdata.V1.WorkCenter] { workCenters }
}
extension Masterdata.V1.UpsertWorkCentersResponse: UpsertResponse {}

extension Masterdata.V1.GetWorkCentersRequest: GetRequest {
  static let method = Masterdata.V1.MasterDataService.getWorkCenters
}
extension Masterdata.V1.GetWorkCentersResponse: GetResponse {
  var entries: [Masterdata.V1.WorkCenter] {
    get { workCenters }
    set { workCenters = newValue }
  }
}

extension Masterdata.V1.ListWorkCentersRequest: ListRequest {
  static let method = Masterdata.V1.MasterDataService.listWorkCenters
}
extension Masterdata.V1.ListWorkCentersResponse: ListResponse {
  var entries: [Masterdata.V1.WorkCenter] {
    get { workCenters }
    set { workCenters = newValue }
  }
}

// MARK: Warehouses

extension Masterdata.V1.UpsertWarehousesRequest: UpsertRequest {
  static let method = Masterdata.V1.MasterDataService.upsertWarehouses
  static let entriesField = "warehouses"
  var entries: [Masterdata.V1.Warehouse] { warehouses }
}
extension Masterdata.V1.UpsertWarehousesResponse: UpsertResponse {}

extension Masterdata.V1.GetWarehousesRequest: GetRequest {
  static let method = Masterdata.V1.MasterDataService.getWarehouses
}
extension Masterdata.V1.GetWarehousesResponse: GetResponse {
  var entries: [Masterdata.V1.Warehouse] {
    get { warehouses }
    set { warehouses = newValue }
  }
}

extension Masterdata.V1.ListWarehousesRequest: ListRequest {
  static let method = Masterdata.V1.MasterDataService.listWarehouses
}
extension Masterdata.V1.ListWarehousesResponse: ListResponse {
  var entries: [Masterdata.V1.Warehouse] {
    get { warehouses }
    set { warehouses = newValue }
  }
}

// MARK: Locations

extension Masterdata.V1.UpsertLocationsRequest: UpsertRequest {
  static let method = Masterdata.V1.MasterDataService.upsertLocations
  static let entriesField = "locations"
  var entries: [Masterdata.V1.Location] { locations }
}
extension Masterdata.V1.UpsertLocationsResponse: UpsertResponse {}

extension Masterdata.V1.GetLocationsRequest: GetRequest {
  static let method = Masterdata.V1.MasterDataService.getLocations
}
extension Masterdata.V1.GetLocationsResponse: GetResponse {
  var entries: [Masterdata.V1.Location] {
    get { locations }
    set { locations = newValue }
  }
}

extension Masterdata.V1.ListLocationsRequest: ListRequest {
  static let method = Masterdata.V1.MasterDataService.listLocations
}
extension Masterdata.V1.ListLocationsResponse: ListResponse {
  var entries: [Masterdata.V1.Location] {
    get { locations }
    set { locations = newValue }
  }
}

// MARK: BusinessPartners

extension Masterdata.V1.UpsertBusinessPartnersRequest: UpsertRequest {
  static let method = Masterdata.V1.MasterDataService.upsertBusinessPartners
  static let entriesField = "business_partners"
  var entries: [Masterdata.V1.BusinessPartner] { businessPartners }
}
extension Masterdata.V1.UpsertBusinessPartnersResponse: UpsertResponse {}

extension Masterdata.V1.GetBusinessPartnersRequest: GetRequest {
  static let method = Masterdata.V1.MasterDataService.getBusinessPartners
}
extension Masterdata.V1.GetBusinessPartnersResponse: GetResponse {
  var entries: [Masterdata.V1.BusinessPartner] {
    get { businessPartners }
    set { businessPartners = newValue }
  }
}

extension Masterdata.V1.ListBusinessPartnersRequest: ListRequest {
  static let method = Masterdata.V1.MasterDataService.listBusinessPartners
}
extension Masterdata.V1.ListBusinessPartnersResponse: ListResponse {
  var entries: [Masterdata.V1.BusinessPartner] {
    get { businessPartners }
    set { businessPartners = newValue }
  }
}

// MARK: SupplierItems

extension Masterdata.V1.UpsertSupplierItemsRequest: UpsertRequest {
  static let method = Masterdata.V1.MasterDataService.upsertSupplierItems
  static let entriesField = "supplier_items"
  var entries: [Masterdata.V1.SupplierItem] { supplierItems }
}
extension Masterdata.V1.UpsertSupplierItemsResponse: UpsertResponse {}

extension Masterdata.V1.GetSupplierItemsRequest: GetRequest {
  static let method = Masterdata.V1.MasterDataService.getSupplierItems
}
extension Masterdata.V1.GetSupplierItemsResponse: GetResponse {
  var entries: [Masterdata.V1.SupplierItem] {
    get { supplierItems }
    set { supplierItems = newValue }
  }
}

extension Masterdata.V1.ListSupplierItemsRequest: ListRequest {
  static let method = Masterdata.V1.MasterDataService.listSupplierItems
}
extension Masterdata.V1.ListSupplierItemsResponse: ListResponse {
  var entries: [Masterdata.V1.SupplierItem] {
    get { supplierItems }
    set { supplierItems = newValue }
  }
}

// MARK: Routings

extension Masterdata.V1.UpsertRoutingsRequest: UpsertRequest {
  static let method = Masterdata.V1.MasterDataService.upsertRoutings
  static let entriesField = "routings"
  var entries: [Masterdata.V1.Routing] { routings }
}
extension Masterdata.V1.UpsertRoutingsResponse: UpsertResponse {}

extension Masterdata.V1.GetRoutingsRequest: GetRequest {
  static let method = Masterdata.V1.MasterDataService.getRoutings
}
extension Masterdata.V1.GetRoutingsResponse: GetResponse {
  var entries: [Masterdata.V1.Routing] {
    get { routings }
    set { routings = newValue }
  }
}

extension Masterdata.V1.ListRoutingsRequest: ListRequest {
  static let method = Masterdata.V1.MasterDataService.listRoutings
}
extension Masterdata.V1.ListRoutingsResponse: ListResponse {
  var entries: [Masterdata.V1.Routing] {
    get { routings }
    set { routings = newValue }
  }
}

// MARK: BillsOfMaterial

extension Masterdata.V1.UpsertBillsOfMaterialRequest: UpsertRequest {
  static let method = Masterdata.V1.MasterDataService.upsertBillsOfMaterial
  static let entriesField = "bills_of_material"
  var entries: [Masterdata.V1.BillOfMaterial] { billsOfMaterial }
}
extension Masterdata.V1.UpsertBillsOfMaterialResponse: UpsertResponse {}

extension Masterdata.V1.GetBillsOfMaterialRequest: GetRequest {
  static let method = Masterdata.V1.MasterDataService.getBillsOfMaterial
}
extension Masterdata.V1.GetBillsOfMaterialResponse: GetResponse {
  var entries: [Masterdata.V1.BillOfMaterial] {
    get { billsOfMaterial }
    set { billsOfMaterial = newValue }
  }
}

extension Masterdata.V1.ListBillsOfMaterialRequest: ListRequest {
  static let method = Masterdata.V1.MasterDataService.listBillsOfMaterial
}
extension Masterdata.V1.ListBillsOfMaterialResponse: ListResponse {
  var entries: [Masterdata.V1.BillOfMaterial] {
    get { billsOfMaterial }
    set { billsOfMaterial = newValue }
  }
}

// MARK: Rules, which have requests of their own beside the list

extension Masterdata.V1.CreateMappingRulesRequest: UpsertRequest {
  static let method = Masterdata.V1.MasterDataService.createMappingRules
  static let entriesField = "mapping_rules"
  var entries: [Masterdata.V1.MappingRule] { mappingRules }
}
extension Masterdata.V1.CreateMappingRulesResponse: UpsertResponse {}

extension Masterdata.V1.ListMappingRulesRequest: ListRequest {
  static let method = Masterdata.V1.MasterDataService.listMappingRules
}
extension Masterdata.V1.ListMappingRulesResponse: ListResponse {
  var entries: [Masterdata.V1.MappingRule] {
    get { mappingRules }
    set { mappingRules = newValue }
  }
}

extension Masterdata.V1.ListOwnershipRulesRequest: ListRequest {
  static let method = Masterdata.V1.MasterDataService.listOwnershipRules
}
extension Masterdata.V1.ListOwnershipRulesResponse: ListResponse {
  var entries: [Masterdata.V1.OwnershipRule] {
    get { ownershipRules }
    set { ownershipRules = newValue }
  }
}
