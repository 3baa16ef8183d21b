import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

extension Masterdata.V1.OwnershipRule: MasterRecord {
  static let recordKind = RecordKind.ownershipRule

  func definition(_ fields: inout Fields) -> OwnershipRuleDefinition {
    // What is no name at all is told as that.
    if OwnershipRules.subjectRule.violation(of: subject) == nil {
      let stages = OwnableSubjects.stages(of: subject)
      if stages == nil {
        fields.reject("subject", "must be a kind of records, or one with a group of its fields")
      }
      if let stages, OwnershipRules.stageRule.violation(of: stage) == nil, !stages.contains(stage) {
        fields.reject("stage", "must be empty or \(stages.joined(separator: ", "))")
      }
    }
    return OwnershipRuleDefinition(
      subject: fields.text(subject, "subject", OwnershipRules.subjectRule),
      stage: fields.optionalText(stage, "stage", OwnershipRules.stageRule),
      owner: fields.text(owner, "owner", RecordText.system))
  }

  init(_ head: RecordHead, _ rule: OwnershipRuleDefinition) {
    self.init()
    self.head = .init(head)
    subject = rule.subject
    stage = rule.stage
    owner = rule.owner
  }

  static func name(of rule: OwnershipRuleDefinition) -> String { rule.name }

  static func judge(_ candidate: Candidate<OwnershipRuleDefinition>, _ records: KnownRecords) throws
  {
    guard
      let other = try records.other(
        Self.self, named: candidate.definition.name, overlapping: candidate.head, candidate.key)
    else { return }
    throw RuleRejection.ownershipOverlap(candidate.head.code, with: other)
  }

  var asRecord: Masterdata.V1.Record { .with { $0.content = .ownershipRule(self) } }
}
