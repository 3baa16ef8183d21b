import Contracts
import Identity
import RecordStore
import ServiceKit
import Values

/// `RetireMappingRules`: withdraws rules. Its own identity: said again it changes nothing.
struct RetireMappingRules: WriteOperation {
  static let method = Masterdata.V1.MasterDataService.retireMappingRules

  struct Input: Sendable {
    var site: SiteCode
    var codes: [String]
    var isTrial: Bool
  }

  func site(of request: Masterdata.V1.RetireMappingRulesRequest) -> String? { request.site }

  func validate(_ request: Masterdata.V1.RetireMappingRulesRequest, _ fields: inout Fields)
    -> Input
  {
    if request.codes.isEmpty { fields.reject("codes", "is required") }
    return Input(
      site: fields.site(request.site),
      codes: fields.each(request.codes, "codes", atMost: Batch.maximumRecords) { fields, code in
        fields.code(code, "")
      }, isTrial: request.validateOnly)
  }

  func execute(_ input: Input, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Masterdata.V1.RetireMappingRulesResponse>
  {
    var writer = try RecordWriter(
      site: input.site, writer: call.principal.subject, isTrial: input.isTrial, transaction)
    var response = Masterdata.V1.RetireMappingRulesResponse()
    for code in input.codes {
      let key = RecordKey(.mappingRule, code, at: input.site)
      let outcome: RecordOutcome
      if let stored = try MasterRecords.find(key, transaction) {
        outcome = try writer.withdraw(stored, transaction)
      } else {
        outcome = .rejected(RuleRejection.mappingRuleUnknown(code).refusal, nil)
      }
      response.outcomes.append(.init(code, outcome))
    }
    return Effect(response, audit: writer.changes.note)
  }
}
