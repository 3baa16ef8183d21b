import Environment
import Values

@testable import RecordStore

/// The write that power cuts interrupt: a fact with everything that belongs to it.
enum FactWrite {
  static let migrations = [
    Migration(
      version: 1, name: "create_reports",
      sql: """
        CREATE TABLE reports (id BLOB PRIMARY KEY, good INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE totals (id INTEGER PRIMARY KEY, facts INTEGER NOT NULL, good INTEGER NOT NULL)
          STRICT;
        INSERT INTO totals VALUES (1, 0, 0);
        """)
  ]

  /// How a fact was answered.
  enum Answer: Sendable {
    case accepted
    /// Another fact has its name: the answer stands on that one.
    case taken(by: Identifier)
  }

  /// Writes record, total, identity, event and audit entry; refuses after all of it when it shall.
  static func run(
    _ fact: History.Fact, refused: Bool, _ transaction: Transaction
  ) throws -> Answer {
    let (key, fingerprint) = (key(fact), fingerprint(fact))
    switch try transaction.ledger.look(up: key, fingerprint: fingerprint) {
    case .duplicate(let other), .conflict(let other): return .taken(by: other)
    case .new: break
    }
    try transaction.execute("INSERT INTO reports (id, good) VALUES (?, ?)", fact.id, fact.good)
    try transaction.execute("UPDATE totals SET facts = facts + 1, good = good + ?", fact.good)
    try transaction.ledger.record(key, fact: fact.id, fingerprint: fingerprint)
    try transaction.outbox.append(
      NewEvent(
        type: "test.v1.Happened", site: SiteCode("PLANT1"), key: fact.id.description,
        payload: fact.payload))
    try transaction.audit.append(
      AuditEntry(principal: "p", origin: "o", action: "a", object: fact.id.description))
    if refused { throw Refusal(number: fact.name) }
    return .accepted
  }

  private static func key(_ fact: History.Fact) -> FactKey {
    .fact(
      FactIdentity(
        site: SiteCode("PLANT1"), sourceSystem: "MES1", sourceEventID: "E-\(fact.name)"))
  }

  private static func fingerprint(_ fact: History.Fact) -> Fingerprint {
    var content = CanonicalDigest()
    content.add(fact.good)
    return Fingerprint(content, scheme: 1)
  }
}
