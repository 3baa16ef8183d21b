public import Values

/// Which system may write what at one site: the one small piece by which every service keeps to it.
///
/// ```swift
/// try rules.check("production_order", stage: "RELEASED", site: site, writer: call.principal.subject, at: now)
/// ```
/// Where no rule is for a record, everybody may write it who may call. A rule for a group of fields
/// goes before one for the kind, one for a stage before one for all of them.
public struct OwnershipRules: Sendable {
  /// That a system owns something while a period lasts.
  public struct Rule: Sendable, Hashable {
    /// A kind of records, `item`, or a group of its fields, `item.purchase`.
    public var subject: String
    /// Of the record's life: `RELEASED`; empty for every stage.
    public var stage: String
    /// The partner that owns it.
    public var owner: String
    /// When.
    public var period: EffectivePeriod

    /// A rule of its parts.
    public init(subject: String, stage: String, owner: String, period: EffectivePeriod) {
      self.subject = subject
      self.stage = stage
      self.owner = owner
      self.period = period
    }
  }

  /// What a subject looks like.
  public static let subjectRule = TextRule(maximumLength: 64, characters: .code)
  /// What a stage looks like.
  public static let stageRule = TextRule(maximumLength: 64, characters: .code)

  private struct Name: Hashable {
    var subject: String
    var stage: String
  }

  private let rules: [Name: [Rule]]

  /// The rules of one site; an empty list leaves everything to everybody.
  public init(_ rules: [Rule]) {
    self.rules = Dictionary(grouping: rules) { Name(subject: $0.subject, stage: $0.stage) }
  }

  /// Whether there is any rule at all.
  public var isEmpty: Bool { rules.isEmpty }

  /// Which system owns a record, or a group of its fields, at a moment; `nil` for nobody.
  public func owner(of subject: String, group: String? = nil, stage: String, at moment: Instant)
    -> String?
  {
    let subjects = (group.map { ["\(subject).\($0)"] } ?? []) + [subject]
    for subject in subjects {
      for stage in [stage, ""] {
        let found = rules[Name(subject: subject, stage: stage)]?.first {
          $0.period.contains(moment)
        }
        if let found { return found.owner }
      }
    }
    return nil
  }

  /// Refuses a write of whoever is not the owner.
  /// - Parameters:
  ///   - groups: the groups of fields that are written; `nil` among them is the rest of the record.
  ///   - isShown: whether the writer may know the site, and who owns what there.
  /// - Throws: ``Refusal`` with reason `NOT_OWNER`, naming the owner.
  public func check(
    _ subject: String, groups: Set<String?> = [nil], stage: String, site: SiteCode, writer: String,
    at moment: Instant, isShown: Bool = true
  ) throws(Refusal) {
    guard !rules.isEmpty else { return }
    for group in groups.sorted(by: { ($0 ?? "") < ($1 ?? "") }) {
      guard let owner = owner(of: subject, group: group, stage: stage, at: moment), owner != writer
      else { continue }
      guard isShown else {
        throw Refusal(
          .failedPrecondition, reason: "NOT_OWNER",
          "\(subject) in stage \(stage) belongs to somebody else at another site",
          metadata: ["subject": subject, "stage": stage])
      }
      throw Self.notOwner(group.map { "\(subject).\($0)" } ?? subject, stage, site, writer, owner)
    }
  }

  private static func notOwner(
    _ subject: String, _ stage: String, _ site: SiteCode, _ writer: String, _ owner: String
  ) -> Refusal {
    Refusal(
      .failedPrecondition, reason: "NOT_OWNER",
      "\(subject) in stage \(stage) at \(site) belongs to \(owner): \(writer) can't write it",
      metadata: ["subject": subject, "stage": stage, "site": site.text, "owner": owner])
  }
}
