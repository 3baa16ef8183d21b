import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

extension Masterdata.V1.MappingRule: MasterRecord {
  static let recordKind = RecordKind.mappingRule

  func definition(_ fields: inout Fields) -> MappingRuleDefinition {
    let mapped = fields.mappedKind(kind)
    let match: CodeMatch
    let target: String
    switch self.match {
    case .code(let code):
      match = .code(fields.code(code, "code", RecordText.foreignCode))
      target = fields.code(self.target, "target")
    case .codePrefix(let prefix):
      match = .prefix(fields.beginning(prefix, "code_prefix", RecordText.foreignCode))
      target = fields.beginning(self.target, "target", RecordHead.codeRule)
    case nil:
      fields.reject("code", "is required, or code_prefix")
      (match, target) = (.code(""), "")
    }
    return MappingRuleDefinition(
      system: fields.text(system, "system", RecordText.system), kind: mapped, match: match,
      target: target)
  }

  init(_ head: RecordHead, _ rule: MappingRuleDefinition) {
    self.init()
    self.head = .init(head)
    system = rule.system
    kind = rule.kind.contract
    match =
      switch rule.match {
      case .code(let code): .code(code)
      case .prefix(let prefix): .codePrefix(prefix)
      }
    target = rule.target
  }

  static func name(of rule: MappingRuleDefinition) -> String { rule.name }

  static func judge(_ candidate: Candidate<MappingRuleDefinition>, _ records: KnownRecords) throws {
    try candidate.definition.judge(
      candidate.head, before: candidate.before, at: records.snapshot.now)
    guard
      let other = try records.other(
        Self.self, named: candidate.definition.name, overlapping: candidate.head, candidate.key)
    else { return }
    throw RuleRejection.mappingOverlap(candidate.head.code, with: other)
  }

  var asRecord: Masterdata.V1.Record { .with { $0.content = .mappingRule(self) } }
}

extension Fields {
  /// What codes begin with; empty for all.
  mutating func beginning(_ value: String, _ field: String, _ rule: TextRule) -> String {
    if !value.isEmpty, let violation = Self.violation(ofCode: value, rule, isPart: true) {
      reject(field, violation)
    }
    return value
  }

  /// A kind that other systems have codes for.
  mutating func mappedKind(_ value: Masterdata.V1.RecordKind) -> RecordKind {
    let kind = kind(value, "kind")
    if kind.isRule { reject("kind", "must not be a kind of rules") }
    return kind
  }
}

extension KnownRecords {
  /// Another record in use with the same name at the same time, `nil` when there is none.
  func other<Entry: MasterRecord>(
    _ type: Entry.Type, named name: String, overlapping head: RecordHead, _ key: RecordKey
  ) throws -> String? {
    guard head.lifeCycle == .released else { return nil }
    return try others(named: name, than: key).first { code in
      guard let other = try find(type, code)?.head else { return false }
      return other.lifeCycle == .released && other.period.overlaps(head.period)
    }
  }
}
