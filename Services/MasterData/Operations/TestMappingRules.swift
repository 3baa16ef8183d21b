import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `TestMappingRules`: what rules would make of codes, beside those that there are.
struct TestMappingRules: ReadOperation {
  static let method = Masterdata.V1.MasterDataService.testMappingRules

  let index: CodeIndex

  struct Input: Sendable {
    var space: CodeSpace
    var codes: [String]
    var at: Instant?
    var rules: [MappingRules.Rule]
  }

  func site(of request: Masterdata.V1.TestMappingRulesRequest) -> String? { request.site }

  func validate(_ request: Masterdata.V1.TestMappingRulesRequest, _ fields: inout Fields) -> Input {
    let space = CodeSpace(
      site: fields.site(request.site),
      system: fields.text(request.system, "system", RecordText.system),
      kind: fields.mappedKind(request.kind))
    let rules = fields.each(
      request.mappingRules, "mapping_rules", atMost: Batch.maximumRecords
    ) { fields, rule in
      let head = fields.recordHead(rule.head)
      return MappingRules.Rule(
        name: head.code, definition: rule.definition(&fields), period: head.period)
    }
    return Input(
      space: space, codes: fields.foreignCodes(request.codes),
      at: fields.optionalTime(request.at, "at", Fields.earliest...Fields.latest), rules: rules)
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Masterdata.V1.TestMappingRulesResponse
  {
    // Those of other systems and kinds have no say in it.
    let tried = input.rules.filter {
      $0.definition.system == input.space.system && $0.definition.kind == input.space.kind
    }
    let resolved = try index.resolve(
      input.codes, input.space, at: input.at ?? snapshot.now, trying: tried, snapshot)
    return .with { $0.codes = resolved.map { .init($0) } }
  }
}
