import Contracts
import Protobuf

// The one list of kinds: what is done with a record of any kind begins here.

extension RecordKind {
  /// The message of the kind.
  var message: any MasterRecord.Type {
    switch self {
    case .unit: Masterdata.V1.Unit.self
    case .item: Masterdata.V1.Item.self
    case .site: Masterdata.V1.Site.self
    case .shiftCalendar: Masterdata.V1.ShiftCalendar.self
    case .workCenter: Masterdata.V1.WorkCenter.self
    case .warehouse: Masterdata.V1.Warehouse.self
    case .location: Masterdata.V1.Location.self
    case .businessPartner: Masterdata.V1.BusinessPartner.self
    case .supplierItem: Masterdata.V1.SupplierItem.self
    case .routing: Masterdata.V1.Routing.self
    case .billOfMaterial: Masterdata.V1.BillOfMaterial.self
    case .mappingRule: Masterdata.V1.MappingRule.self
    case .ownershipRule: Masterdata.V1.OwnershipRule.self
    }
  }

  /// The kind in the contract.
  init?(_ value: Masterdata.V1.RecordKind) {
    switch value {
    case .unit: self = .unit
    case .item: self = .item
    case .site: self = .site
    case .shiftCalendar: self = .shiftCalendar
    case .workCenter: self = .workCenter
    case .warehouse: self = .warehouse
    case .location: self = .location
    case .businessPartner: self = .businessPartner
    case .supplierItem: self = .supplierItem
    case .routing: self = .routing
    case .billOfMaterial: self = .billOfMaterial
    case .mappingRule: self = .mappingRule
    case .ownershipRule: self = .ownershipRule
    case .unspecified, .unrecognized: return nil
    }
  }

  /// The kind in the contract.
  var contract: Masterdata.V1.RecordKind {
    switch self {
    case .unit: .unit
    case .item: .item
    case .site: .site
    case .shiftCalendar: .shiftCalendar
    case .workCenter: .workCenter
    case .warehouse: .warehouse
    case .location: .location
    case .businessPartner: .businessPartner
    case .supplierItem: .supplierItem
    case .routing: .routing
    case .billOfMaterial: .billOfMaterial
    case .mappingRule: .mappingRule
    case .ownershipRule: .ownershipRule
    }
  }
}

extension Masterdata.V1.Record {
  /// The record itself, `nil` when there is none.
  var entry: (any MasterRecord)? {
    switch content {
    case .unit(let record): record
    case .item(let record): record
    case .site(let record): record
    case .shiftCalendar(let record): record
    case .workCenter(let record): record
    case .warehouse(let record): record
    case .location(let record): record
    case .businessPartner(let record): record
    case .supplierItem(let record): record
    case .routing(let record): record
    case .billOfMaterial(let record): record
    case .mappingRule(let record): record
    case .ownershipRule(let record): record
    case nil: nil
    }
  }
}

extension StoredRecord {
  /// The record among those of all kinds.
  var message: Masterdata.V1.Record {
    get throws { try key.kind.message.init(self).asRecord }
  }
}
