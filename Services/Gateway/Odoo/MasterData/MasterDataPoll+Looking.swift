import Environment
import RecordStore
import Synchronization
import Values

extension MasterDataPoll {
  /// What the rows of a feed are to a kind of subjects.
  enum Role: Sendable, Hashable {
    case subjects
    case details
    /// They make subjects look different that name them.
    case touching(Reference.Kind)

    var isTouching: Bool { if case .touching = self { true } else { false } }
  }

  /// How a model was looked at last.
  struct Look: Sendable, Hashable {
    /// What Odoo's clock showed at least when all of the window was looked at.
    var whole: String
    /// And when anything was.
    var last: String
    /// Whether the window was more than a page.
    var isLarge: Bool
    var at: Int64
  }

  /// A window of more than a page, as after an import, is not looked at as a whole more often than that.
  private static let sinceWholeNanoseconds: Int64 = 30_000_000_000
  /// In between, what is newer than so many seconds before the last look: few transactions take longer.
  private static let glanceSeconds: Int64 = 10
  /// Between two glances in the middle of something long.
  private static let betweenNanoseconds: Int64 = 400_000_000
  /// Pages of one look: five million rows; a bound for an Odoo that answers nonsense.
  static let maximumPages = 10_000
  /// The cursor of a model that had no rows: everything is newer.
  private static let beforeEverything = "1970-01-01 00:00:00"

  /// One look at what has changed in a feed. It goes on where a look that was cut off has come to.
  func look(_ feed: OdooFeed, _ model: any MasterDataModel, _ role: Role) async throws {
    let (site, name) = (site, feed.model)
    var scan = try await database.read { try ScanRecords.state(of: name, site: site, $0) }
    if scan.nextCursor == nil {
      guard let started = try await begin(feed, model, role, scan.cursor) else { return }
      scan = started
    }
    try await pages(feed, model, role, scan)
  }

  /// Reads a first page and is done when that is all; otherwise begins a look of several pages. Its
  /// cursor is the newest date from before its first page: what is written behind the reader's back is
  /// newer, and the next look's.
  private func begin(
    _ feed: OdooFeed, _ model: any MasterDataModel, _ role: Role, _ cursor: String?
  ) async throws -> ScanRecords.State? {
    let (site, name) = (site, feed.model)
    guard let cursor else {
      let newest = try await reader.newest(feed) ?? Self.beforeEverything
      // Rows that belong to subjects are read with them, and noted then.
      if role == .details, model.main != nil {
        try await database.write {
          try ScanRecords.note(.finished(name, cursor: newest), site: site, $0)
        }
        return nil
      }
      return try await begin(feed, from: "", nextCursor: newest)
    }
    reader.noticed(cursor)
    let now = odooTime
    if try await glance(feed, model, role, since: cursor, now: now) { return nil }
    // What was written before the last look began was seen then, whether or not anything was.
    let looked = state.withLock { $0.looks[name]?.whole }
    let start = PollWindow(cursor: max(cursor, looked ?? cursor)).start ?? Self.beforeEverything
    let rows = try await reader.page(feed, since: start, after: 0)
    let isLarge = rows.count >= reader.pageSize
    if isLarge {
      let newest = max(try await reader.newest(feed) ?? cursor, now)
      if feed.isFiltered || role.isTouching {
        return try await begin(feed, from: start, nextCursor: newest)
      }
      try await sift(feed, model, since: start)
      try await database.write {
        try ScanRecords.note(.finished(name, cursor: newest), site: site, $0)
      }
    } else {
      let newest = try rows.map { try $0.writeDate() }.max() ?? cursor
      try await take(
        rows, feed, model, role, newest > cursor ? .finished(name, cursor: newest) : nil)
    }
    let look = Look(
      whole: now, last: now, isLarge: isLarge, at: environment.clock.monotonicNanoseconds)
    state.withLock { $0.looks[name] = look }
    return nil
  }

  /// Looks at the newest changes alone, while the whole window is more than a page and was looked at
  /// some seconds ago. Answers whether that was enough.
  private func glance(
    _ feed: OdooFeed, _ model: any MasterDataModel, _ role: Role, since cursor: String, now: String
  ) async throws -> Bool {
    let monotonic = environment.clock.monotonicNanoseconds
    guard let look = state.withLock({ $0.looks[feed.model] }), look.isLarge,
      monotonic - look.at < Self.sinceWholeNanoseconds
    else { return false }
    return try await glance(feed, model, role, after: max(cursor, look.last), now: now)
  }

  private func glance(
    _ feed: OdooFeed, _ model: any MasterDataModel, _ role: Role, after last: String, now: String
  ) async throws -> Bool {
    let window = PollWindow(cursor: last)
    guard let start = window.start(overlapSeconds: Self.glanceSeconds) else { return false }
    let rows = try await reader.page(feed, since: start, after: 0)
    guard rows.count < reader.pageSize else {
      // All of an import is as new as that. What has come after it, at least its newest second, is not.
      guard let newest = try await reader.newest(feed), newest > last else { return false }
      let rows = try await reader.page(feed, since: newest, after: 0)
      if rows.count < reader.pageSize { try await take(rows, feed, model, role, nil) }
      return false
    }
    // The cursor stays: it says since when everything was looked at.
    try await take(rows, feed, model, role, nil)
    state.withLock { $0.looks[feed.model]?.last = now }
    return true
  }

  /// Glances at every model in the middle of something long, so that a change need not wait for its end.
  func glanceBetween() async throws {
    let monotonic = environment.clock.monotonicNanoseconds
    let isTime = state.withLock { state in
      guard monotonic - state.glancedAt >= Self.betweenNanoseconds else { return false }
      state.glancedAt = monotonic
      return true
    }
    guard isTime else { return }
    for model in models where !state.withLock({ $0.unreadable.keys.contains(model.kind) }) {
      try await reading(model) {
        for (feed, role) in model.feedsWithRoles {
          guard let look = self.state.withLock({ $0.looks[feed.model] }) else { continue }
          _ = try await self.glance(feed, model, role, after: look.last, now: self.odooTime)
        }
        try await self.settleDue(model)
      }
    }
  }

  /// What Odoo's clock shows at least, as Odoo spells it.
  private var odooTime: String {
    let time = CivilTime(reader.odooTime ?? Instant(seconds: 0))
    return "\(time.dateText) \(time.timeText)"
  }

  /// A look at more than a page, as after an import: which rows are not as they were seen last is told
  /// by their dates, and only those are read.
  private func sift(
    _ feed: OdooFeed, _ model: any MasterDataModel, since start: String
  ) async throws {
    var last: Int64 = 0
    for _ in 0..<Self.maximumPages {
      let page = try await reader.listing(feed, since: start, after: last)
      board.read(page.count, of: feed.model)
      let (site, name, kind) = (site, feed.model, model.kind)
      let others = try await database.read { snapshot in
        try page.reduce(into: Set<Int64>()) { others, row in
          let seen = try RowRecords.find(row.id, of: name, site: site, snapshot)
          if let seen, seen.writeDate == row.writeDate, seen.subject == row.subject { return }
          others.formUnion([row.subject, seen?.subject].compactMap(\.self))
        }
      }
      if !others.isEmpty {
        try await database.write { transaction in
          for subject in others {
            try SubjectRecords.touch(kind, subject, site: site, transaction)
          }
        }
      }
      guard page.count == reader.listingSize, let end = page.last?.id else { return }
      last = end
      try await glanceBetween()
    }
  }

  private func begin(_ feed: OdooFeed, from start: String, nextCursor: String) async throws
    -> ScanRecords.State
  {
    let (site, name) = (site, feed.model)
    return try await database.write { transaction in
      try ScanRecords.begin(
        name, from: start, nextCursor: nextCursor, site: site, transaction)
      return try ScanRecords.state(of: name, site: site, transaction)
    }
  }

  private func pages(
    _ feed: OdooFeed, _ model: any MasterDataModel, _ role: Role, _ scan: ScanRecords.State
  ) async throws {
    let (reader, start) = (reader, scan.windowStart)
    var rows = try await reader.page(feed, since: start, after: scan.lastID)
    for _ in 0..<Self.maximumPages {
      guard rows.count >= reader.pageSize, let last = try rows.last?.id() else {
        let cursor = scan.nextCursor ?? Self.beforeEverything
        try await take(rows, feed, model, role, .finished(feed.model, cursor: cursor))
        // What was written meanwhile is the next look's; until then it is glanced at what is newer.
        let look = Look(
          whole: cursor, last: odooTime, isLarge: true,
          at: environment.clock.monotonicNanoseconds - Self.sinceWholeNanoseconds)
        return state.withLock { $0.looks[feed.model] = look }
      }
      // Odoo works on the next page while this one is noted and sent.
      async let following = reader.page(feed, since: start, after: last)
      try await take(rows, feed, model, role, .page(feed.model, lastID: last))
      if start.isEmpty { logProgress() }
      try await glanceBetween()
      rows = try await following
    }
  }

  /// Takes a page over, with how far it was read.
  private func take(
    _ rows: [OdooRow], _ feed: OdooFeed, _ model: any MasterDataModel, _ role: Role,
    _ progress: ScanRecords.Progress?
  ) async throws {
    board.read(rows.count, of: feed.model)
    let changed = try await changes(rows, feed, model, role)
    let site = site
    guard !changed.isEmpty, role == .subjects else {
      if changed.isEmpty && progress == nil { return }
      let seen = changed.map(\.seen)
      return try await database.write { transaction in
        for row in seen { try Self.note(row, feed, model.kind, role, site, transaction) }
        if let progress { try ScanRecords.note(progress, site: site, transaction) }
      }
    }
    var rest = changed[...]
    while !rest.isEmpty {
      let batch = rest.prefix(model.batchSize)
      rest = rest.dropFirst(model.batchSize)
      let given = Dictionary(
        batch.map { ($0.seen.id, $0.row) }, uniquingKeysWith: { first, _ in first })
      try await settle(
        model, batch.map(\.seen.id), given: given, progress: rest.isEmpty ? progress : nil)
    }
  }

  private struct Change: Sendable {
    var row: OdooRow
    var seen: RowRecords.Seen
  }

  /// Those that are not as they were seen last.
  private func changes(
    _ rows: [OdooRow], _ feed: OdooFeed, _ model: any MasterDataModel, _ role: Role
  ) async throws -> [Change] {
    var changes: [Change] = []
    for row in rows {
      guard let seen = try row.seen(feed) else { continue }
      changes.append(Change(row: row, seen: seen))
    }
    let (site, name, kind, all) = (site, feed.model, model.kind, changes)
    return try await database.read { snapshot in
      try all.filter { change in
        let before = try RowRecords.find(change.seen.id, of: name, site: site, snapshot)
        guard let before else {
          guard role == .subjects, !feed.isOfInterest(change.row) else { return true }
          // Somebody else may have named it.
          return try !SubjectRecords.known([change.seen.id], kind, site: site, snapshot).isEmpty
        }
        return before.digest != change.seen.digest || before.subject != change.seen.subject
      }
    }
  }

  /// Notes a row that is not a subject itself, and has looked at what depends on it.
  private static func note(
    _ row: RowRecords.Seen, _ feed: OdooFeed, _ kind: SubjectKind, _ role: Role, _ site: SiteCode,
    _ transaction: Transaction
  ) throws {
    let before = try RowRecords.keep(row, of: feed.model, site: site, transaction)
    if case .touching(let reference) = role {
      return try SubjectRecords.touchThoseNaming(
        Reference(reference, row.id), site: site, transaction)
    }
    try SubjectRecords.touch(kind, row.subject, site: site, transaction)
    if let before, before.subject != row.subject {
      try SubjectRecords.touch(kind, before.subject, site: site, transaction)
    }
  }
}

extension OdooRow {
  /// The row as it is noted; `nil` when it is nobody's.
  func seen(_ feed: OdooFeed) throws(OdooFailure) -> RowRecords.Seen? {
    guard let subject = try feed.subject(of: self) else { return nil }
    // Dates are whole seconds. What was read within the second in which it was written may have been
    // written again in it: such a date is like none, so that the row is read again when dates are
    // compared.
    var date = try writeDate()
    let written = CivilTime(text: date)?.instant
    if let written, let askedAt, written.advanced(seconds: 1) < askedAt {} else { date += "~" }
    return RowRecords.Seen(id: try id(), subject: subject, writeDate: date, digest: digest)
  }
}
