import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

extension Masterdata.V1.Unit: MasterRecord {
  static let recordKind = RecordKind.unit

  func definition(_ fields: inout Fields) -> UnitDefinition {
    UnitDefinition(
      category: fields.code(category, "category", RecordText.name),
      ratio: fields.ratio(referenceRatio, "reference_ratio"),
      rounding: fields.decimal(rounding, "rounding", .aboveZero))
  }

  init(_ head: RecordHead, _ unit: UnitDefinition) {
    self.init()
    self.head = .init(head)
    category = unit.category
    referenceRatio = .with {
      $0.numerator = unit.ratio.numerator
      $0.denominator = unit.ratio.denominator
    }
    rounding = unit.rounding.description
  }

  static func judge(_ candidate: Candidate<UnitDefinition>, _ records: KnownRecords) throws {
    try candidate.definition.judge(candidate.head, before: candidate.before)
  }

  var asRecord: Masterdata.V1.Record { .with { $0.content = .unit(self) } }
}

extension Fields {
  /// A required fraction.
  fileprivate mutating func ratio(_ value: Masterdata.V1.Ratio?, _ field: String) -> UnitRatio {
    guard let value else {
      reject(field, "is required")
      return .one
    }
    return inside(field) { fields in
      let range = 1...UnitRatio.maximum
      let numerator = fields.number(value.numerator, "numerator", range)
      return UnitRatio(numerator, fields.number(value.denominator, "denominator", range)) ?? .one
    }
  }
}
