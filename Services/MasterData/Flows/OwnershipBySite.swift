import Contracts
import RecordStore
import ServiceKit
import Values

/// Who may write what at every site, as it is in one snapshot.
struct OwnershipBySite {
  private let rules: [SiteCode: OwnershipRules]

  /// Most rules in force of all sites: they are read with every write. A site has kinds times stages
  /// times some groups of fields at most.
  private static let maximumRules = 10_000

  init(_ snapshot: Snapshot) throws {
    let stored = try MasterRecords.released(
      .ownershipRule, limit: Self.maximumRules, snapshot)
    rules = try Dictionary(grouping: stored) { SiteCode($0.key.site) }.mapValues { records in
      OwnershipRules(
        try records.map { record in
          let (head, rule) = try Masterdata.V1.OwnershipRule.checked(record)
          return OwnershipRules.Rule(
            subject: rule.subject, stage: rule.stage, owner: rule.owner, period: head.period)
        })
    }
  }

  /// Refuses a write of whoever is not the owner. What is the same at all sites must be the writer's own
  /// at every site that says whose it is.
  func check(
    _ kind: RecordKind, groups: Set<String?>, stage: LifeCycle, site: SiteCode, writer: String,
    at moment: Instant
  ) throws(Refusal) {
    let sites =
      kind.isOfAllSites ? rules.keys.sorted { $0.text < $1.text } : [site]
    for place in sites {
      try rules[place]?.check(
        kind.rawValue, groups: groups, stage: stage.name, site: place, writer: writer, at: moment,
        isShown: place == site)
    }
  }
}
