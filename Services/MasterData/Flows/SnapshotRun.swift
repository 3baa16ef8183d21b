import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// The records that a complete snapshot withdraws.
struct MissingRecords: Sendable {
  /// What names others before what it names, so that nothing is in use when its turn comes; at most
  /// 500 each.
  private(set) var batches: [[RecordKey]] = []

  private static let order: [RecordKind] = [
    .site, .billOfMaterial, .routing, .supplierItem, .workCenter, .location, .warehouse,
    .shiftCalendar, .item, .businessPartner, .unit,
  ]

  /// Finds what is missing.
  /// - Throws: ``Refusal`` when it is too much.
  static func find(_ parts: SnapshotParts, _ head: SnapshotHead, _ snapshot: Snapshot) throws
    -> MissingRecords
  {
    var missing = MissingRecords()
    for kind in order where head.completeKinds.contains(kind) {
      let records = try missingRecords(kind, parts, head, snapshot)
      let keys = try kind == .location ? lowestFirst(records) : records.map(\.key)
      for start in stride(from: 0, to: keys.count, by: Batch.maximumRecords) {
        missing.batches.append(
          Array(keys[start..<min(start + Batch.maximumRecords, keys.count)]))
      }
    }
    return missing
  }

  /// Of locations those that others are in come last.
  private static func lowestFirst(_ records: [StoredRecord]) throws -> [RecordKey] {
    let parents = try Dictionary(
      records.map {
        ($0.key.code, try Masterdata.V1.Location.checked($0).definition.parent)
      }, uniquingKeysWith: { first, _ in first })
    func depth(_ code: String) -> Int {
      var (depth, place) = (0, code)
      // No location is below itself, so this ends.
      while let parent = parents[place], !parent.isEmpty { (depth, place) = (depth + 1, parent) }
      return depth
    }
    return records.map { (key: $0.key, depth: depth($0.key.code)) }
      .sorted { ($1.depth, $0.key.code) < ($0.depth, $1.key.code) }.map(\.key)
  }

  private static func missingRecords(
    _ kind: RecordKind, _ parts: SnapshotParts, _ head: SnapshotHead, _ snapshot: Snapshot
  ) throws -> [StoredRecord] {
    let site = kind.isOfAllSites ? "" : head.site.text
    var (missing, count, last) = ([StoredRecord](), 0, "")
    while true {
      let page = try MasterRecords.list(
        kind, site: site, in: [.draft, .released], after: last, limit: 1_000, snapshot)
      count += page.count
      missing += page.filter { !parts.holds(kind, $0.key.code) }
      guard let end = page.last else { break }
      last = end.key.code
    }
    guard missing.count * 100 <= count * head.maximumWithdrawnPercent else {
      throw Refusal(
        .failedPrecondition, reason: "WITHDRAWS_TOO_MUCH",
        "\(missing.count) of \(count) of kind \(kind.noun) are missing in the snapshot, more than \(head.maximumWithdrawnPercent) per cent: nothing was changed; if it is meant, say so with maximum_withdrawn_percent",
        metadata: [
          "kind": kind.rawValue, "missing": "\(missing.count)", "records": "\(count)",
        ])
    }
    return missing
  }
}

/// A snapshot that is being written, or tried.
struct SnapshotRun: Sendable {
  let head: SnapshotHead
  let writer: String
  /// What has become of it so far.
  private(set) var report = SnapshotReport()
  /// When it is only tried: what the records so far would be.
  private let assumed = AssumedRecords()

  init(head: SnapshotHead, writer: String) {
    self.head = head
    self.writer = writer
  }

  /// One transaction, or one look when it is only tried.
  func step(
    _ records: CallRecords, byteCount: Int,
    _ body:
      @escaping @Sendable (inout SnapshotRun, inout RecordWriter, Snapshot) throws -> Void
  ) async throws -> SnapshotRun {
    if head.isTrial { return try await records.read { try stepped(body, $0).run } }
    return try await records.write(bytes: byteCount) { transaction in
      let (run, audit) = try stepped(body, transaction)
      return Effect(run, audit: audit)
    }
  }

  private func stepped(
    _ body: (inout SnapshotRun, inout RecordWriter, Snapshot) throws -> Void, _ snapshot: Snapshot
  ) throws -> (run: SnapshotRun, audit: AuditNote?) {
    var run = self
    var writer = try RecordWriter(
      site: head.site, writer: writer, isTrial: head.isTrial, snapshot, assuming: assumed)
    try body(&run, &writer, snapshot)
    return (run, writer.changes.note)
  }

  /// Puts the records of one part.
  mutating func put(_ part: [UInt8], _ writer: inout RecordWriter, _ snapshot: Snapshot) throws {
    for (index, record) in try Masterdata.V1.SnapshotRecords(decoding: part).records.enumerated() {
      guard let entry = record.entry else { continue }
      try put(entry, "records.records[\(index)]", &writer, snapshot)
    }
  }

  private mutating func put<Entry: MasterRecord>(
    _ entry: Entry, _ field: String, _ writer: inout RecordWriter, _ snapshot: Snapshot
  ) throws {
    let draft = RecordDraft(entry, field, now: writer.now)
    report.add(Entry.recordKind, draft.head.code, try writer.put(draft, snapshot))
  }

  /// Withdraws records.
  mutating func withdraw(
    _ keys: [RecordKey], _ writer: inout RecordWriter, _ snapshot: Snapshot
  ) throws {
    for key in keys {
      guard let stored = try MasterRecords.find(key, snapshot) else { continue }
      report.add(key.kind, key.code, try writer.withdraw(stored, snapshot), isMissing: true)
    }
  }
}

/// What has become of a snapshot.
struct SnapshotReport: Sendable {
  private var counts: [RecordKind: Masterdata.V1.SnapshotCounts] = [:]
  private var differences: [Masterdata.V1.SnapshotDifference] = []
  private var differenceBytes = 0

  /// Most differences that are told one by one: for a person to look through.
  static let maximumDifferences = 1_000

  /// Counts what has become of a record.
  /// - Parameter isMissing: it was not in the snapshot.
  mutating func add(
    _ kind: RecordKind, _ code: String, _ outcome: RecordOutcome, isMissing: Bool = false
  ) {
    switch outcome {
    case .unchanged: counts[kind, default: .init()].unchanged += 1
    case .created:
      counts[kind, default: .init()].created += 1
      tell(kind, code, .created)
    case .changed where isMissing:
      counts[kind, default: .init()].withdrawn += 1
      tell(kind, code, .withdrawn)
    case .changed:
      counts[kind, default: .init()].changed += 1
      tell(kind, code, .changed)
    case .rejected(let refusal, _):
      counts[kind, default: .init()].rejected += 1
      tell(kind, code, .rejected, refusal)
    }
  }

  private mutating func tell(
    _ kind: RecordKind, _ code: String, _ change: Masterdata.V1.SnapshotChange,
    _ refusal: Refusal? = nil
  ) {
    guard differences.count < Self.maximumDifferences else { return }
    let difference = Masterdata.V1.SnapshotDifference.with {
      $0.kind = kind.contract
      $0.code = code
      $0.change = change
      $0.rejection = refusal.map { .init($0) }
    }
    // A record can have a hundred wrong fields, and the answer must be one that can be read.
    differenceBytes += difference.textByteCount
    guard differenceBytes <= AnswerSize.maximumBytes / 2 else { return }
    differences.append(difference)
  }

  /// The answer.
  func response(kinds: some Sequence<RecordKind>) -> Masterdata.V1.ImportSnapshotResponse {
    let concerned = Set(kinds).union(counts.keys)
    return .with { response in
      response.counts = RecordKind.allCases.filter(concerned.contains).map { kind in
        var count = counts[kind] ?? .init()
        count.kind = kind.contract
        return count
      }
      response.differences = differences
    }
  }
}

extension Masterdata.V1.SnapshotDifference {
  /// About how many bytes it takes.
  fileprivate var textByteCount: Int {
    let violations = rejection?.violations ?? []
    return violations.reduce(code.utf8.count + (rejection?.message.utf8.count ?? 0) + 32) {
      $0 + $1.field.utf8.count + $1.rule.utf8.count + 8
    }
  }
}
