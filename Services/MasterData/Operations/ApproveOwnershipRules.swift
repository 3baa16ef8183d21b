import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ApproveOwnershipRules`: puts rules into force that somebody else has proposed, exactly as they were
/// proposed.
struct ApproveOwnershipRules: WriteOperation {
  static let method = Masterdata.V1.MasterDataService.approveOwnershipRules

  struct Input: Sendable {
    var site: SiteCode
    var drafts: [RecordDraft<Masterdata.V1.OwnershipRule>]
  }

  func site(of request: Masterdata.V1.ApproveOwnershipRulesRequest) -> String? { request.site }

  func validate(_ request: Masterdata.V1.ApproveOwnershipRulesRequest, _ fields: inout Fields)
    -> Input
  {
    Input(
      site: fields.site(request.site),
      drafts: fields.drafts(request.ownershipRules, "ownership_rules"))
  }

  func execute(_ input: Input, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Masterdata.V1.ApproveOwnershipRulesResponse>
  {
    var writer = try RecordWriter(
      site: input.site, writer: call.principal.subject, isTrial: false, transaction)
    var response = Masterdata.V1.ApproveOwnershipRulesResponse()
    for draft in input.drafts {
      let outcome = try approve(draft, input.site, &writer, transaction)
      response.outcomes.append(.init(draft.head.code, outcome))
    }
    return Effect(response, audit: writer.changes.note)
  }

  private func approve(
    _ draft: RecordDraft<Masterdata.V1.OwnershipRule>, _ site: SiteCode,
    _ writer: inout RecordWriter, _ transaction: Transaction
  ) throws -> RecordOutcome {
    let code = draft.head.code
    let content = try Masterdata.V1.OwnershipRule(draft.head, draft.definition).encoded()
    let key = RecordKey(.ownershipRule, code, at: site)
    guard draft.violations.isEmpty else { return try writer.put(draft, transaction) }
    guard let proposal = try OwnershipProposals.find(site, code, transaction),
      proposal.content == content
    else {
      // Approved already: said again it changes nothing.
      if let stored = try MasterRecords.find(key, transaction), stored.content == content {
        return .unchanged(stored)
      }
      return .rejected(RuleRejection.proposalUnknown(code).refusal, nil)
    }
    if proposal.proposedBy == writer.writer {
      return .rejected(RuleRejection.secondPerson(code).refusal, nil)
    }
    let outcome = try writer.put(draft, transaction)
    if case .rejected = outcome { return outcome }
    try OwnershipProposals.remove(site, code, transaction)
    return outcome
  }
}
