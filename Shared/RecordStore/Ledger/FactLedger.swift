public import Values

/// Remembers for ever which facts and commands have taken effect, so that none does twice.
///
/// Only successes are remembered: record in the transaction that makes the fact, and let a refusal
/// throw. What was refused is judged anew the next time.
public struct FactLedger {
  let transaction: Transaction

  /// Whether a fact has taken effect before.
  public enum Answer: Sendable, Hashable {
    /// Never: go on, then ``FactLedger/record(_:fact:fingerprint:)``.
    case new
    /// Yes, with the same content: answer DUPLICATE with this fact.
    case duplicate(Identifier)
    /// Its identity has, with other content: refuse with ALREADY_EXISTS. The fact that owns the
    /// identity is given.
    case conflict(Identifier)
  }

  /// Judges an identity and a content.
  ///
  /// `recompute` makes the fingerprint of the same content under an older scheme; it is asked only
  /// when the stored row has another scheme than `fingerprint`, and answers `nil` for a scheme it
  /// doesn't know (then the contents count as different). The default knows none, which is right
  /// while there is only one scheme.
  public func look(
    up key: FactKey, fingerprint: Fingerprint,
    recompute: (_ scheme: Int) throws -> Fingerprint? = { _ in nil }
  ) throws -> Answer {
    guard let entry = try entry(key) else { return .new }
    var offered: Fingerprint? = fingerprint
    if entry.fingerprint.scheme != fingerprint.scheme {
      offered = try recompute(entry.fingerprint.scheme)
    }
    return offered == entry.fingerprint ? .duplicate(entry.fact) : .conflict(entry.fact)
  }

  /// Remembers that the fact has taken effect.
  /// - Throws: ``RecordStoreError/constraint(_:_:)`` (`unique`) when the key is remembered already.
  public func record(_ key: FactKey, fact: Identifier, fingerprint: Fingerprint) throws {
    try transaction.execute(
      """
      INSERT INTO rs_fact_ledger (key, fact_id, fingerprint, scheme, recorded_at)
      VALUES (?, ?, ?, ?, ?)
      """,
      key.identifier, fact, fingerprint.digest, fingerprint.scheme, transaction.now)
  }

  private func entry(_ key: FactKey) throws -> (fact: Identifier, fingerprint: Fingerprint)? {
    try transaction.row(
      "SELECT fact_id, fingerprint, scheme FROM rs_fact_ledger WHERE key = ?", key.identifier
    ) { row in
      (
        try row.identifier(0),
        Fingerprint(digest: try row.identifier(1), scheme: try row.int(2))
      )
    }
  }
}
