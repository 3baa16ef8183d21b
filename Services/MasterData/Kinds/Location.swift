import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

extension Masterdata.V1.Location: MasterRecord {
  static let recordKind = RecordKind.location

  func definition(_ fields: inout Fields) -> LocationDefinition {
    let usage = fields.known(
      LocationUsage(usage), "usage",
      "INTERNAL, VIEW, TRANSIT, SUPPLIER, CUSTOMER, PRODUCTION or INVENTORY", else: .internal)
    if quarantine, usage != .internal {
      fields.reject("quarantine", "must be false unless the usage is INTERNAL")
    }
    return LocationDefinition(
      description: fields.text(description_p, "description", RecordText.description),
      warehouse: fields.optionalCode(warehouse, "warehouse"),
      parent: fields.optionalCode(parent, "parent"), usage: usage, isQuarantine: quarantine,
      isScrap: scrap)
  }

  init(_ head: RecordHead, _ location: LocationDefinition) {
    self.init()
    self.head = .init(head)
    description_p = location.description
    warehouse = location.warehouse
    parent = location.parent
    usage = .init(location.usage)
    quarantine = location.isQuarantine
    scrap = location.isScrap
  }

  static func references(of location: LocationDefinition) -> [RecordReference] {
    [
      RecordReference("warehouse", .warehouse, location.warehouse),
      RecordReference("parent", .location, location.parent),
    ].filter { !$0.code.isEmpty }
  }

  static func judge(_ candidate: Candidate<LocationDefinition>, _ records: KnownRecords) throws {
    let parent = candidate.definition.parent
    // What stays where it is, or is withdrawn, goes no deeper.
    if parent.isEmpty || candidate.head.lifeCycle == .withdrawn
      || parent == candidate.before?.definition.parent
    {
      return
    }
    let limit = LocationDefinition.maximumDepth
    let above = try RecordLinks.above(
      parent, finding: candidate.key, limit: limit + 1, records.snapshot)
    if above.isFound { throw ContentRejection.cyclicLocation(candidate.head.code) }
    if above.count > limit {
      throw ContentRejection.locationTooDeep(candidate.head.code, maximum: limit)
    }
  }

  var asRecord: Masterdata.V1.Record { .with { $0.content = .location(self) } }
}

extension LocationUsage {
  fileprivate init?(_ value: Masterdata.V1.LocationUsage) {
    switch value {
    case .internal: self = .internal
    case .view: self = .view
    case .transit: self = .transit
    case .supplier: self = .supplier
    case .customer: self = .customer
    case .production: self = .production
    case .inventory: self = .inventory
    case .unspecified, .unrecognized: return nil
    }
  }
}

extension Masterdata.V1.LocationUsage {
  fileprivate init(_ usage: LocationUsage) {
    switch usage {
    case .internal: self = .internal
    case .view: self = .view
    case .transit: self = .transit
    case .supplier: self = .supplier
    case .customer: self = .customer
    case .production: self = .production
    case .inventory: self = .inventory
    }
  }
}
