import Environment
import RecordStore
import Synchronization
import Values

extension MasterDataPoll {
  /// Most open cases of one kind at a site: beyond them one says how many there are.
  static let maximumCases = 100

  /// Makes the cases of the kinds in which something has changed what is wrong with their subjects.
  func settleCases() async throws {
    let (kinds, unreadable, gone) = state.withLock {
      ($0.unsettledCases, $0.unreadable, $0.gone)
    }
    let (site, identifiers) = (site, environment.identifiers)
    for kind in SubjectKind.allCases where kinds.contains(kind) {
      try await database.write { transaction in
        try MasterDataCases(site: site, kind: kind, identifiers: identifiers)
          .settle(unreadable: unreadable[kind], gone: gone[kind], transaction)
      }
      state.withLock { _ = $0.unsettledCases.remove(kind) }
    }
  }
}

/// The cases of one kind of subjects at a site, made of what is wrong with them.
struct MasterDataCases: Sendable {
  let site: SiteCode
  let kind: SubjectKind
  let identifiers: IdentifierSource

  /// Longest part of a case's name that is Odoo's.
  private static let maximumLabel = 100

  private struct Key: Hashable {
    var name: String
    var reason: CaseReason
  }

  /// Opens the cases that there are to be, and closes the others.
  /// - Parameter gone: what is gone and was too much, a sentence for each model; `nil` when it is not
  ///   known yet, and a case of it stays as it is.
  func settle(unreadable: OdooWords?, gone: [String]?, _ transaction: Transaction) throws {
    var findings: [Key: CaseFinding] = [:]
    if let unreadable {
      findings[Key(name: kind.noun, reason: .masterDataUnreadable)] = CaseFinding(
        .masterDataUnreadable,
        "Odoo does not let everything be read that a \(kind.noun) is made of",
        odooAnswer: unreadable.text)
    }
    if let gone, !gone.isEmpty {
      findings[Key(name: kind.noun, reason: .masterDataGone)] = CaseFinding(
        .masterDataGone,
        "\(gone.joined(separator: ", ")) in Odoo: nothing of that is withdrawn, because it is more "
          + "than maximumGonePercent allows")
    }
    for reason in CaseReason.allCases where reason.isCounted {
      if let finding = try counted(reason, transaction) {
        findings[Key(name: kind.noun, reason: reason)] = finding
      }
    }
    for trouble in try troubles(transaction) {
      let name = "\(kind.noun) \(trouble.label.prefix(Self.maximumLabel))"
      findings[Key(name: name, reason: trouble.reason)] = CaseFinding(
        trouble.reason, trouble.explanation)
    }
    if let finding = try tooMany(transaction) {
      findings[Key(name: kind.noun, reason: .manyCases)] = finding
    }
    try apply(findings, keeping: gone == nil ? [.masterDataGone] : [], transaction)
  }

  private func counted(_ reason: CaseReason, _ snapshot: Snapshot) throws -> CaseFinding? {
    let found = try SubjectRecords.count(kind, reason, site: site, snapshot)
    if found.count == 0 { return nil }
    let names = found.first.map { String($0.label.prefix(Self.maximumLabel)) }
    let more = found.count > names.count ? " and others" : ""
    return CaseFinding(
      reason, "\(found.count) without a code: \(names.joined(separator: ", "))\(more)")
  }

  private func troubles(_ snapshot: Snapshot) throws -> [SubjectRecords.Trouble] {
    let limit = MasterDataPoll.maximumCases
    var troubles = try SubjectRecords.troubles(kind, limit: limit, site: site, snapshot)
    for kind in kind.recordKinds where troubles.count < limit {
      troubles += try WithdrawalRecords.troubles(
        kind, limit: limit - troubles.count, site: site, snapshot)
    }
    return troubles
  }

  private func tooMany(_ snapshot: Snapshot) throws -> CaseFinding? {
    let limit = MasterDataPoll.maximumCases
    var count = try SubjectRecords.count(kind, nil, site: site, snapshot).count
    for kind in kind.recordKinds {
      count += try WithdrawalRecords.count(kind, site: site, snapshot)
    }
    guard count > limit else { return nil }
    return CaseFinding(
      .manyCases, "there are \(count) cases of this kind; \(limit) of them are shown")
  }

  private func apply(
    _ findings: [Key: CaseFinding], keeping kept: Set<CaseReason>, _ transaction: Transaction
  ) throws {
    let open = try CaseRecords.open(named: kind.noun, site: site, transaction)
    for (name, reason) in open
    where findings[Key(name: name, reason: reason)] == nil && !kept.contains(reason) {
      try CaseRecords.close([reason], order: name, site: site, transaction)
    }
    for (key, finding) in findings.sorted(by: { $0.key.name < $1.key.name }) {
      try CaseRecords.open(finding, order: key.name, site: site, transaction, identifiers)
    }
  }
}
