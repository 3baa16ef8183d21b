import RecordStore
import Synchronization
import Values

extension MasterDataPoll {
  /// Brings over what is due of a kind.
  func settleDue(_ model: any MasterDataModel) async throws {
    let (site, kind, limit) = (site, model.kind, model.batchSize)
    for _ in 0..<Self.maximumBatches {
      let due = try await database.read {
        try SubjectRecords.due(kind, limit: limit, site: site, $0)
      }
      if due.isEmpty { return }
      try await settle(model, due)
    }
  }

  /// Brings some subjects over: reads what is not given of them, notes what they are to become, and
  /// sends it.
  func settle(
    _ model: any MasterDataModel, _ ids: [Int64], given: [Int64: OdooRow] = [:],
    progress: ScanRecords.Progress? = nil
  ) async throws {
    let subjects = try await read(model, ids, given)
    let known = try await resolve(model, subjects, learning: true)
    let drafts = try await note(
      model, subjects, known, areChanged: !given.isEmpty, progress: progress)
    try await deliver(model, drafts)
  }

  private func read(
    _ model: any MasterDataModel, _ ids: [Int64], _ given: [Int64: OdooRow]
  ) async throws -> [Subject] {
    var rows = given
    if let main = model.main {
      let missing = ids.filter { rows[$0] == nil }
      for row in try await reader.rows(main, where: "id", isOneOf: missing) {
        rows[try row.id()] = row
      }
    }
    var subjects = ids.map { Subject(id: $0, row: rows[$0]) }
    let there = subjects.filter { model.main == nil || $0.row != nil }.map(\.id)
    for feed in model.details {
      var found: [Int64: [OdooRow]] = [:]
      for row in try await reader.rows(feed, where: feed.subject, isOneOf: there) {
        if let subject = try feed.subject(of: row) { found[subject, default: []].append(row) }
      }
      for index in subjects.indices {
        subjects[index].details[feed.model] = found[subjects[index].id]
      }
    }
    return subjects
  }

  /// Notes subjects, and answers the drafts that are still true: some may name what has just become
  /// something else, and are due again.
  private func note(
    _ model: any MasterDataModel, _ subjects: [Subject], _ known: Resolutions, areChanged: Bool,
    progress: ScanRecords.Progress?
  ) async throws -> [Draft] {
    var batch: [NotedSubject] = []
    for subject in subjects {
      let isGone = model.main != nil && subject.row == nil
      var draft = isGone ? .gone(subject.id) : try model.draft(subject, known)
      draft.links = isGone ? [] : try model.references(of: subject)
      if !draft.isActive { draft.problem = nil }
      var rows: [String: [RowRecords.Seen]] = [:]
      for feed in model.details {
        rows[feed.model] = try (subject.details[feed.model] ?? []).compactMap { try $0.seen(feed) }
      }
      if let main = model.main, let seen = try subject.row?.seen(main) { rows[main.model] = [seen] }
      batch.append(NotedSubject(draft: draft, rows: rows, hasChanged: areChanged))
    }
    let (site, noted) = (site, batch)
    let changed = try await database.write {
      try MasterDataNotes.note(noted, of: model, progress: progress, site: site, $0)
    }
    // What can't be withdrawn may be wanted again.
    if !changed.isEmpty { state.withLock { _ = $0.unsettledCases.insert(model.kind) } }
    return noted.map(\.draft).filter { $0.links.isDisjoint(with: changed) }
  }

  // MARK: What subjects name

  /// What the ids stand for that subjects name. What was never seen is read first.
  private func resolve(
    _ model: any MasterDataModel, _ subjects: [Subject], learning: Bool
  ) async throws -> Resolutions {
    var references: Set<Reference> = []
    for subject in subjects where model.main == nil || subject.row != nil {
      references.formUnion(try model.references(of: subject))
    }
    if learning { try await learn(references, for: model) }
    let (site, named) = (site, references)
    return try await database.read { snapshot in
      var known = Resolutions()
      for reference in named {
        if let kind = reference.kind.subject {
          known.codes[reference] = try ClaimRecords.resolve(
            kind, reference.id, site: site, snapshot)
        }
        guard reference.kind == .template else { continue }
        let variants = try SubjectRecords.members(
          of: reference.id, .item, site: site, snapshot)
        known.variants[reference.id] = variants
        for variant in variants {
          known.codes[Reference(.item, variant)] = try ClaimRecords.resolve(
            .item, variant, site: site, snapshot)
        }
      }
      return known
    }
  }

  /// Reads what was never seen, so that its codes are known. What comes before the model in the order
  /// is sent, too.
  private func learn(_ references: Set<Reference>, for model: any MasterDataModel) async throws {
    let site = site
    for kind in SubjectKind.allCases {
      guard let other = self.model(of: kind), let main = other.main else { continue }
      let ids = references.filter { $0.kind.subject == kind }.map(\.id).sorted()
      let templates =
        kind == .item ? references.filter { $0.kind == .template }.map(\.id).sorted() : []
      if ids.isEmpty && templates.isEmpty { continue }
      let (unknown, empty) = try await database.read { snapshot in
        let known = try SubjectRecords.known(ids, kind, site: site, snapshot)
        let empty = try templates.filter {
          try SubjectRecords.members(of: $0, .item, site: site, snapshot).isEmpty
        }
        return (ids.filter { !known.contains($0) }, empty)
      }
      var rows: [Int64: OdooRow] = [:]
      for row in try await reader.rows(main, where: "product_tmpl_id", isOneOf: empty) {
        rows[try row.id()] = row
      }
      if unknown.isEmpty && rows.isEmpty { continue }
      try await learn(other, unknown + rows.keys.filter { !unknown.contains($0) }.sorted(), rows)
      if let place = models.firstIndex(where: { $0.kind == kind }),
        let own = models.firstIndex(where: { $0.kind == model.kind }), place < own
      {
        try await settleDue(other)
      }
    }
  }

  private func learn(
    _ model: any MasterDataModel, _ ids: [Int64], _ given: [Int64: OdooRow]
  ) async throws {
    var rest = ids[...]
    while !rest.isEmpty {
      let batch = Array(rest.prefix(model.batchSize))
      rest = rest.dropFirst(model.batchSize)
      let subjects = try await read(model, batch, given)
      let known = try await resolve(model, subjects, learning: false)
      _ = try await note(model, subjects, known, areChanged: true, progress: nil)
    }
  }
}
