import RecordStore
import Synchronization
import Values

extension MasterDataPoll {
  /// So few may be gone of any model, small ones, too.
  static let alwaysGone = 20

  /// Compares what Odoo has with what was seen: deleted rows leave no trace in their model, and some
  /// become of interest without a write. What differs is due.
  func compare(_ model: any MasterDataModel) async throws {
    var tooMany: [String] = []
    for feed in model.feeds {
      let (site, name) = (site, feed.model)
      let scan = try await database.read { try ScanRecords.state(of: name, site: site, $0) }
      // A model that was not read to its end has nothing to compare with yet.
      guard scan.cursor != nil, scan.nextCursor == nil else { continue }
      if let sentence = try await compare(feed, model) { tooMany.append(sentence) }
    }
    let (kind, sentences) = (model.kind, tooMany)
    state.withLock { state in
      guard state.gone[kind] != sentences else { return }
      state.gone[kind] = sentences
      state.unsettledCases.insert(kind)
    }
  }

  /// Compares one model, and answers a sentence when so much of it is gone that nothing was noted of
  /// that.
  private func compare(_ feed: OdooFeed, _ model: any MasterDataModel) async throws -> String? {
    let (site, name) = (site, feed.model)
    let known = try await database.read { try RowRecords.count(name, site: site, $0) }
    let gone = try await compareAll(feed, model)
    // An empty list is no error to Odoo: that is how another database or company looks, or a rule that
    // hides the rows from the integration's user.
    guard gone.count <= max(Self.alwaysGone, known * maximumGonePercent / 100) else {
      return "\(gone.count) of \(known) \(name) are gone"
    }
    var rest = gone[...]
    while !rest.isEmpty {
      let batch = rest.prefix(reader.listingSize)
      rest = rest.dropFirst(reader.listingSize)
      try await note(Array(batch), [], feed, model)
    }
    return nil
  }

  /// Compares page by page, notes what differs, and answers what is gone.
  private func compareAll(
    _ feed: OdooFeed, _ model: any MasterDataModel
  ) async throws -> [RowRecords.Seen] {
    var gone: [RowRecords.Seen] = []
    var last: Int64 = 0
    for _ in 0..<Self.maximumPages {
      let page = try await reader.listing(feed, after: last)
      let isLast = page.count < reader.listingSize
      let end = isLast ? Int64.max : page.last?.id ?? Int64.max
      gone += try await compare(page, feed, model, from: last, through: end)
      if isLast { break }
      last = end
      try await glanceBetween()
    }
    return gone
  }

  private func compare(
    _ page: [MasterDataReader.Listed], _ feed: OdooFeed, _ model: any MasterDataModel,
    from: Int64, through: Int64
  ) async throws -> [RowRecords.Seen] {
    let listed = Dictionary(page.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var seen: Set<Int64> = []
    var missing: [RowRecords.Seen] = []
    var others: Set<Int64> = []
    var after = from
    for _ in 0..<Self.maximumPages {
      let (site, name, start, limit) = (site, feed.model, after, reader.listingSize)
      let known = try await database.read {
        try RowRecords.list(
          name, after: start, through: through, limit: limit, site: site, $0)
      }
      for row in known {
        seen.insert(row.id)
        guard let there = listed[row.id] else {
          missing.append(row)
          continue
        }
        guard there.writeDate != row.writeDate || there.subject != row.subject else { continue }
        others.formUnion([row.subject, there.subject].compactMap(\.self))
      }
      guard known.count == reader.listingSize, let last = known.last?.id else { break }
      after = last
    }
    for row in page where !seen.contains(row.id) {
      if let subject = row.subject { others.insert(subject) }
    }
    try await note([], others, feed, model)
    return try await gone(missing, feed)
  }

  /// Those that are really not there, and not only not among those that are listed.
  private func gone(_ missing: [RowRecords.Seen], _ feed: OdooFeed) async throws
    -> [RowRecords.Seen]
  {
    var gone: [RowRecords.Seen] = []
    var rest = missing[...]
    while !rest.isEmpty {
      let batch = rest.prefix(reader.pageSize)
      rest = rest.dropFirst(reader.pageSize)
      let existing = try await reader.existing(feed, batch.map(\.id))
      gone += batch.filter { !existing.contains($0.id) }
    }
    return gone
  }

  private func note(
    _ gone: [RowRecords.Seen], _ others: Set<Int64>, _ feed: OdooFeed, _ model: any MasterDataModel
  ) async throws {
    if gone.isEmpty && others.isEmpty { return }
    let (site, kind) = (site, model.kind)
    try await database.write { transaction in
      for row in gone {
        try RowRecords.remove(row.id, of: feed.model, site: site, transaction)
        try SubjectRecords.touch(kind, row.subject, site: site, transaction)
      }
      for subject in others {
        try SubjectRecords.touch(kind, subject, site: site, transaction)
      }
    }
  }
}
