import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `SetOwnershipRules`: says which system owns what, or proposes it where a second person has to agree.
/// Its own identity: said again it changes nothing.
struct SetOwnershipRules: WriteOperation {
  static let method = Masterdata.V1.MasterDataService.setOwnershipRules

  /// The sites that ask for a second person.
  let approvalSites: Set<SiteCode>

  struct Input: Sendable {
    var site: SiteCode
    var drafts: [RecordDraft<Masterdata.V1.OwnershipRule>]
    var isTrial: Bool
  }

  func site(of request: Masterdata.V1.SetOwnershipRulesRequest) -> String? { request.site }

  func validate(_ request: Masterdata.V1.SetOwnershipRulesRequest, _ fields: inout Fields) -> Input
  {
    Input(
      site: fields.site(request.site),
      drafts: fields.drafts(request.ownershipRules, "ownership_rules"),
      isTrial: request.validateOnly)
  }

  func execute(_ input: Input, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Masterdata.V1.SetOwnershipRulesResponse>
  {
    let asks = approvalSites.contains(input.site)
    var writer = try RecordWriter(
      site: input.site, writer: call.principal.subject, isTrial: input.isTrial || asks,
      transaction)
    var response = Masterdata.V1.SetOwnershipRulesResponse()
    var proposed = RecordChanges()
    for draft in input.drafts {
      let outcome = try writer.put(draft, transaction)
      var answer = Masterdata.V1.OwnershipOutcome(draft.head.code, outcome)
      if asks, answer.receipt == .accepted {
        answer.needsApproval = true
        let isNew = try propose(draft, input, &proposed, transaction, call)
        if !isNew { answer.receipt = .duplicate }
      }
      response.outcomes.append(answer)
    }
    return Effect(response, audit: asks ? proposed.note : writer.changes.note)
  }

  /// Keeps a proposal; answers whether it is a new one.
  private func propose(
    _ draft: RecordDraft<Masterdata.V1.OwnershipRule>, _ input: Input,
    _ proposed: inout RecordChanges, _ transaction: Transaction, _ call: Call
  ) throws -> Bool {
    let content = try Masterdata.V1.OwnershipRule(draft.head, draft.definition).encoded()
    let before = try OwnershipProposals.find(input.site, draft.head.code, transaction)
    if before?.content == content { return false }
    if input.isTrial { return true }
    if before == nil,
      try OwnershipProposals.list(input.site, transaction).count
        >= OwnershipProposals.maximumPerSite
    {
      throw Refusal(
        .resourceExhausted, reason: "TOO_MANY_PROPOSALS",
        "\(OwnershipProposals.maximumPerSite) changes wait for approval at \(input.site): approve them first"
      )
    }
    try OwnershipProposals.put(
      OwnershipProposal(
        code: draft.head.code, proposedBy: call.principal.subject, content: content),
      input.site, transaction)
    proposed.add(
      RecordKey(.ownershipRule, draft.head.code, at: input.site), before: before?.content,
      after: content)
    return true
  }
}

extension Masterdata.V1.OwnershipOutcome {
  init(_ code: String, _ outcome: RecordOutcome) {
    let general = Masterdata.V1.UpsertOutcome(code, outcome)
    self.init()
    self.code = code
    receipt = general.receipt
    rejection = general.rejection
  }
}
