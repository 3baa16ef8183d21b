import Values

@testable import RecordStore

/// Everything that a database of the workload holds.
struct Content: Sendable {
  let integrity: String
  /// In the order of their sequences: which facts have an audit entry.
  let audited: [Identifier]
  let auditSequences: [Int64]
  let reports: [Identifier: Int64]
  let ledger: Set<Identifier>
  let totals: [Int64]
  let events: [FeedEvent]
  let prunedThrough: Int64
  let consumed: Int64

  init(_ snapshot: Snapshot) throws {
    integrity = try snapshot.row("PRAGMA integrity_check") { try $0.text(0) } ?? "no answer"
    let records = try snapshot.auditRecords(after: 0, limit: 10_000)
    audited = records.compactMap { Identifier(hexadecimal: $0.entry.object) }
    auditSequences = records.map(\.sequence)
    let rows = try snapshot.rows("SELECT id, good FROM reports") {
      (try $0.identifier(0), try $0.int64(1))
    }
    reports = Dictionary(rows, uniquingKeysWith: { first, _ in first })
    ledger = Set(
      try snapshot.rows("SELECT fact_id FROM rs_fact_ledger") { try $0.identifier(0) })
    totals =
      try snapshot.row("SELECT facts, good FROM totals") {
        [try $0.int64(0), try $0.int64(1)]
      } ?? []
    events = try snapshot.feed.events(after: 0, limit: 1_000).events
    prunedThrough = try snapshot.feed.prunedThrough
    consumed = try snapshot.feed.consumer("gateway")?.acknowledged ?? 0
  }

  /// What does not fit together. Commits are made durable one after the other, so the facts are the
  /// first ones of the history's order, beside some that a failed sync has taken back afterwards.
  func contradictions(to history: History) -> [String] {
    var found: [String] = []
    func expect(_ holds: Bool, _ words: @autoclosure () -> String) {
      if !holds { found.append(words()) }
    }
    let facts = audited.compactMap { history.facts[$0] }
    let present = Set(audited)
    let count = Int64(audited.count)
    expect(integrity == "ok", "integrity: \(integrity)")
    let lasting = audited.filter(Set(history.order).contains)
    expect(lasting.elementsEqual(history.order.prefix(lasting.count)), "not the first facts")
    expect(facts.count == audited.count, "\(audited.count - facts.count) facts of nobody")
    expect(auditSequences.elementsEqual(1..<count + 1), "audit entries \(auditSequences)")
    expect(
      reports
        == Dictionary(facts.map { ($0.id, $0.good) }, uniquingKeysWith: { first, _ in first }),
      "\(reports.count) reports of \(count) facts")
    expect(ledger == present, "\(ledger.count) identities of \(count) facts")
    expect(totals == [count, facts.reduce(0) { $0 + $1.good }], "totals \(totals)")
    expect(
      events.map(\.sequence).elementsEqual(prunedThrough + 1..<max(prunedThrough, count) + 1),
      "events \(events.map(\.sequence)), pruned through \(prunedThrough), \(count) facts")
    for event in events where event.sequence <= count {
      let fact = history.facts[audited[Int(event.sequence) - 1]]
      expect(
        event.key == fact?.id.description && event.payload == fact?.payload,
        "event \(event.sequence) is another")
    }
    expect(
      prunedThrough == 0 || history.pruned.contains { $0.value == prunedThrough },
      "pruned through \(prunedThrough)")
    expect(prunedThrough <= consumed, "pruned beyond the consumer's \(consumed)")
    expect(
      consumed == 0 || history.consumed.contains { $0.value == consumed },
      "consumed through \(consumed)")
    return found
  }
}
