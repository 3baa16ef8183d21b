import Contracts
import Environment
import Protobuf
import RecordStore
import ServiceKit
import Values

extension Masterdata.V1.Site: MasterRecord {
  static let recordKind = RecordKind.site

  func definition(_ fields: inout Fields) -> SiteDefinition {
    let types = fields.each(
      operationTypes, "operation_types", atMost: SiteDefinition.maximumOperationTypes
    ) { fields, type in
      SiteDefinition.OperationType(
        code: fields.code(type.code, "code"),
        use: fields.known(
          OperationTypeUse(type.use), "use", "INCOMING, OUTGOING, INTERNAL or MANUFACTURING",
          else: .internal))
    }
    fields.unique(types, "operation_types", "code") { $0.code }
    return SiteDefinition(
      description: fields.text(description_p, "description", RecordText.description),
      company: fields.optionalText(company, "company", RecordText.name),
      warehouse: fields.optionalCode(warehouse, "warehouse"), operationTypes: types,
      timeZone: fields.text(timeZone, "time_zone", RecordText.name),
      shiftCalendar: fields.optionalCode(shiftCalendar, "shift_calendar"),
      currency: fields.currency(currency, "currency"),
      manufacturingSteps: fields.known(
        ManufacturingSteps(manufacturingSteps), "manufacturing_steps", "ONE, TWO or THREE",
        else: .one))
  }

  init(_ head: RecordHead, _ site: SiteDefinition) {
    self.init()
    self.head = .init(head)
    description_p = site.description
    company = site.company
    warehouse = site.warehouse
    operationTypes = site.operationTypes.map { type in
      .with {
        $0.code = type.code
        $0.use = .init(type.use)
      }
    }
    timeZone = site.timeZone
    shiftCalendar = site.shiftCalendar
    currency = site.currency
    manufacturingSteps =
      switch site.manufacturingSteps {
      case .one: .one
      case .two: .two
      case .three: .three
      }
  }

  static func references(of site: SiteDefinition) -> [RecordReference] {
    [
      RecordReference("warehouse", .warehouse, site.warehouse),
      RecordReference("shift_calendar", .shiftCalendar, site.shiftCalendar),
    ].filter { !$0.code.isEmpty }
  }

  static func judge(_ candidate: Candidate<SiteDefinition>, _ records: KnownRecords) throws {
    guard candidate.head.code == records.site.text else {
      throw RecordRejection.siteCode(candidate.head.code, site: records.site.text)
    }
    // Of the operating system, which may forget one: what is stored stays readable then.
    let zone = candidate.definition.timeZone
    if zone != candidate.before?.definition.timeZone, (try? IANATimeZone(zone)) == nil {
      throw Refusal.invalidFields([
        FieldViolation("time_zone", "must be a name of the IANA time zone database")
      ])
    }
  }

  var asRecord: Masterdata.V1.Record { .with { $0.content = .site(self) } }
}

extension Fields {
  /// Three letters of ISO 4217.
  mutating func currency(_ value: String, _ field: String) -> String {
    capitals(value, field, count: 3, "three capital letters of ISO 4217")
  }

  /// So many capital letters.
  mutating func capitals(_ value: String, _ field: String, count: Int, _ what: String) -> String {
    let isGood = value.utf8.count == count && value.utf8.allSatisfy { (65...90).contains($0) }
    if !isGood { reject(field, value.isEmpty ? "is required" : "must be \(what)") }
    return value
  }
}

extension OperationTypeUse {
  fileprivate init?(_ value: Masterdata.V1.OperationTypeUse) {
    switch value {
    case .incoming: self = .incoming
    case .outgoing: self = .outgoing
    case .internal: self = .internal
    case .manufacturing: self = .manufacturing
    case .unspecified, .unrecognized: return nil
    }
  }
}

extension Masterdata.V1.OperationTypeUse {
  fileprivate init(_ use: OperationTypeUse) {
    switch use {
    case .incoming: self = .incoming
    case .outgoing: self = .outgoing
    case .internal: self = .internal
    case .manufacturing: self = .manufacturing
    }
  }
}

extension ManufacturingSteps {
  fileprivate init?(_ value: Masterdata.V1.ManufacturingSteps) {
    switch value {
    case .one: self = .one
    case .two: self = .two
    case .three: self = .three
    case .unspecified, .unrecognized: return nil
    }
  }
}
