import RecordStore
import Values

/// One look for new and changed orders: reads the window, keeps what was seen together with the
/// cursor, has known chains looked at, and has new orders judged for release.
struct InboundPoll: Sendable {
  let site: SiteCode
  let reader: OrderReader
  let database: Database
  let rule: ReleaseRule

  /// Pages of one poll: 200,000 orders, more than a plant has open; a bound for an Odoo that
  /// answers nonsense.
  static let maximumPages = 1_000

  /// - Throws: ``OdooFailure`` of the reads, errors of the database.
  func once(operationType: Int64) async throws {
    let site = site
    let cursor = try await database.read { try SeenRecords.cursor(site: site, $0) }
    let window = PollWindow(cursor: cursor)
    // By id, not by date: a row that is written meanwhile would move to the end, and the next page
    // would skip one. What is written behind the reader's back is newer than the cursor, and the
    // next poll's.
    var lastID: Int64 = 0
    var newest = cursor
    for _ in 0..<Self.maximumPages {
      let domain = window.domain(operationType: operationType, after: lastID)
      let headers = try await reader.headers(domain)
      let isLast = headers.count < OrderReader.pageSize
      newest = (headers.map(\.writeDate) + [newest].compactMap(\.self)).max()
      try await keep(headers, cursor: isLast ? newest : nil, isNew: newest != cursor)
      guard !isLast, let last = headers.last?.id, last > lastID else { break }
      lastID = last
    }
    if let start = window.start { try await prune(before: start) }
  }

  /// Only orders of the window can come again; a poll that finds nothing to forget writes nothing.
  private func prune(before start: String) async throws {
    let site = site
    let isNeeded = try await database.read {
      try SeenRecords.hasForgettable(before: start, site: site, $0)
    }
    guard isNeeded else { return }
    try await database.write { try SeenRecords.prune(before: start, site: site, $0) }
  }

  /// Keeps a page: what was seen, what follows from it and (with the last page) the cursor, in one
  /// transaction.
  private func keep(_ headers: [OrderHeader], cursor: String?, isNew: Bool) async throws {
    let (site, rule) = (site, rule)
    let changed = try await database.read { snapshot in
      try headers.filter {
        try SeenRecords.content(of: $0.id, site: site, snapshot) != $0.content
      }
    }
    guard !changed.isEmpty || (cursor != nil && isNew) else { return }
    try await database.write { transaction in
      for header in changed {
        try Self.note(header, rule: rule, site: site, transaction)
      }
      if let cursor { try SeenRecords.advance(to: cursor, site: site, transaction) }
    }
  }

  private static func note(
    _ header: OrderHeader, rule: ReleaseRule, site: SiteCode, _ transaction: Transaction
  ) throws {
    if let chain = try OrderRecords.chain(of: header, site: site, transaction) {
      // Our own posting's echo, or somebody's hand: the chain is looked at, never released again.
      try PostingRecords.wake(chain, site: site, transaction)
      try SeenRecords.keep(header, lookAt: nil, site: site, transaction)
      return
    }
    switch rule.judge(header, now: transaction.now) {
    case .ignored:
      try SeenRecords.keep(header, lookAt: nil, site: site, transaction)
      try CaseRecords.close(CaseReason.ofRelease, order: header.name, site: site, transaction)
    case .waits(let until):
      try SeenRecords.keep(header, lookAt: until, site: site, transaction)
    case .due:
      try SeenRecords.keep(header, lookAt: transaction.now, site: site, transaction)
    }
  }
}
