import RecordStore
import Values

/// A subject as it was read, and what it is to become.
struct NotedSubject: Sendable {
  var draft: Draft
  /// Its rows, its own among them, by model.
  var rows: [String: [RowRecords.Seen]]
  /// Whether it has changed; otherwise it is looked at once more for some other reason.
  var hasChanged: Bool
}

/// Writes down what was read of subjects and what follows from it, before anything is sent: whoever is
/// killed in between finds them due.
enum MasterDataNotes {
  /// Notes a batch, and answers what stands for something else now than when the drafts were made.
  static func note(
    _ batch: [NotedSubject], of model: any MasterDataModel, progress: ScanRecords.Progress?,
    site: SiteCode, _ transaction: Transaction
  ) throws -> Set<Reference> {
    var changed: Set<Reference> = []
    for noted in batch {
      let (kind, id) = (model.kind, noted.draft.id)
      if noted.hasChanged {
        try SubjectRecords.touch(kind, id, site: site, transaction)
      } else {
        try SubjectRecords.hold(kind, id, site: site, transaction)
      }
      try keep(noted, model, site, transaction)
      changed.formUnion(try describe(noted.draft, kind, site, transaction))
    }
    if let progress { try ScanRecords.note(progress, site: site, transaction) }
    return changed
  }

  private static func keep(
    _ noted: NotedSubject, _ model: any MasterDataModel, _ site: SiteCode,
    _ transaction: Transaction
  ) throws {
    let id = noted.draft.id
    for feed in model.feeds {
      let rows = noted.rows[feed.model] ?? []
      // A subject's own row is known by its id.
      var gone: Set<Int64> = []
      if feed.subject != "id" {
        gone = Set(try RowRecords.ids(of: id, in: feed.model, site: site, transaction))
      } else if rows.isEmpty {
        gone = [id]
      }
      for row in rows {
        gone.remove(row.id)
        let before = try RowRecords.keep(row, of: feed.model, site: site, transaction)
        // It was another's, which is not the same without it.
        if let before, before.subject != id {
          try SubjectRecords.touch(model.kind, before.subject, site: site, transaction)
        }
      }
      for row in gone { try RowRecords.remove(row, of: feed.model, site: site, transaction) }
    }
  }

  private static func describe(
    _ draft: Draft, _ kind: SubjectKind, _ site: SiteCode, _ transaction: Transaction
  ) throws -> Set<Reference> {
    let group = try SubjectRecords.group(of: kind, draft.id, site: site, transaction)
    try SubjectRecords.describe(draft, kind, site: site, transaction)
    try LinkRecords.replace(draft.links, of: kind, draft.id, site: site, transaction)
    let claimsChanged = try claim(draft, kind, site, transaction)
    var changed: Set<Reference> = []
    if let own = Reference.Kind(rawValue: kind.rawValue), claimsChanged {
      changed.insert(Reference(own, draft.id))
    }
    if kind == .item, claimsChanged || group != draft.group {
      for template in [group, draft.group].compactMap(\.self) {
        changed.insert(Reference(.template, template))
      }
    }
    for reference in changed {
      try SubjectRecords.touchThoseNaming(reference, site: site, transaction)
    }
    return changed
  }

  /// Sets what the subject claims, and has those looked at that claim or claimed the same.
  private static func claim(
    _ draft: Draft, _ kind: SubjectKind, _ site: SiteCode, _ transaction: Transaction
  ) throws -> Bool {
    let before = try ClaimRecords.of(kind, draft.id, site: site, transaction)
    let wanted: ClaimRecords.Life = draft.isActive ? .released : .withdrawn
    // What is archived lets go even when it can't be told any more what it would be.
    if draft.claims == nil && draft.isActive { return false }
    let claims =
      draft.claims
      ?? before.filter { $0.wanted != .nothing }
      .map { Claim(kind: $0.kind, code: $0.code) }
    var codes: [(RecordKind, String)] = []
    for claim in claims
    where !before.contains(where: {
      $0.isOn(claim) && $0.wanted == wanted
    }) {
      try ClaimRecords.want(
        wanted, claim.kind, code: claim.code, of: draft.id, site: site, transaction)
      codes.append((claim.kind, claim.code))
    }
    for old in before
    where old.wanted != .nothing
      && !claims.contains(where: old.isOn)
    {
      try ClaimRecords.drop(old, site: site, transaction)
      codes.append((old.kind, old.code))
    }
    for (kind, code) in codes {
      for other in try ClaimRecords.of(kind, code: code, site: site, transaction)
      where other.subject != draft.id && other.wanted != .nothing {
        try SubjectRecords.touch(kind.subject, other.subject, site: site, transaction)
      }
    }
    return !codes.isEmpty
  }
}
