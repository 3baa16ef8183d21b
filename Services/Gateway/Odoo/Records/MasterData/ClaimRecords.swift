import RecordStore
import Values

/// Which subject claims which code, and what MasterData has because of it.
enum ClaimRecords {
  /// What is wanted of a record, or what there is.
  enum Life: Int, Sendable, Hashable { case nothing = 0, released, withdrawn }

  /// A claim of one subject.
  struct Stored: Sendable, Hashable {
    var kind: RecordKind
    var code: String
    var subject: Int64
    var wanted: Life
    var accepted: Life
    var digest: [UInt8]?

    /// Whether it is on the code of a claim, byte by byte: what Swift takes for the same text in two
    /// forms are two codes here, as they are two for the database.
    func isOn(_ claim: Claim) -> Bool {
      kind == claim.kind && code.utf8.elementsEqual(claim.code.utf8)
    }
  }

  /// Whether a record may be sent.
  enum Verdict: Sendable, Hashable {
    /// It is as it should be.
    case same
    /// It is to be sent.
    case send
    /// Its code is another subject's, which is in use or was there first.
    case yields
    /// Several subjects in use have its code: these.
    case shared([Int64])
    /// It has to be withdrawn, after everything that names it.
    case withdraws
  }

  /// The claims of a subject.
  static func of(_ kind: SubjectKind, _ subject: Int64, site: SiteCode, _ snapshot: Snapshot) throws
    -> [Stored]
  {
    try kind.recordKinds.flatMap { kind in
      try snapshot.rows(
        """
        SELECT kind, code, subject_id, wanted, accepted, digest
        FROM odoo_master_claims INDEXED BY odoo_master_claims_by_subject
        WHERE site = ? AND kind = ? AND subject_id = ?
        """, site, kind.rawValue, subject, map: read)
    }
  }

  /// The claims on a code.
  static func of(_ kind: RecordKind, code: String, site: SiteCode, _ snapshot: Snapshot) throws
    -> [Stored]
  {
    try snapshot.rows(
      """
      SELECT kind, code, subject_id, wanted, accepted, digest FROM odoo_master_claims
      WHERE kind = ? AND code = ? AND site = ? ORDER BY subject_id
      """, kind.rawValue, code, site, map: read)
  }

  /// Sets what a subject wants of a code.
  static func want(
    _ wanted: Life, _ kind: RecordKind, code: String, of subject: Int64, site: SiteCode,
    _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      INSERT INTO odoo_master_claims VALUES (?1, ?2, ?3, ?4, ?5, 0, NULL, NULL, 0, NULL)
      ON CONFLICT (kind, code, site, subject_id)
      DO UPDATE SET wanted = ?5, look_at = NULL, attempts = 0
      """, site, kind.rawValue, code, subject, wanted.rawValue)
  }

  /// A subject does not want a code any more: what MasterData has of it is to be withdrawn.
  static func drop(
    _ claim: Stored, site: SiteCode, _ transaction: Transaction
  ) throws {
    if claim.accepted == .released {
      try want(
        .nothing, claim.kind, code: claim.code, of: claim.subject, site: site, transaction)
    } else {
      try remove(claim.kind, code: claim.code, of: claim.subject, site: site, transaction)
    }
  }

  /// Forgets a claim.
  static func remove(
    _ kind: RecordKind, code: String, of subject: Int64, site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      "DELETE FROM odoo_master_claims WHERE kind = ? AND code = ? AND site = ? AND subject_id = ?",
      kind.rawValue, code, site, subject)
  }

  /// What a database id stands for.
  static func resolve(_ kind: SubjectKind, _ id: Int64, site: SiteCode, _ snapshot: Snapshot) throws
    -> Resolutions.Resolution
  {
    guard let own = try of(kind, id, site: site, snapshot).first(where: { $0.wanted != .nothing })
    else {
      return try SubjectRecords.known([id], kind, site: site, snapshot).isEmpty ? .unknown : .none
    }
    let others = try of(own.kind, code: own.code, site: site, snapshot)
      .filter { $0.subject != id && $0.wanted == .released }
    return others.isEmpty ? .code(own.code) : .ambiguous(own.code)
  }

  /// Whether a record with this content may be sent for a subject.
  static func judge(
    _ kind: RecordKind, code: String, of subject: Int64, digest: [UInt8], site: SiteCode,
    _ snapshot: Snapshot
  ) throws -> Verdict {
    let all = try of(kind, code: code, site: site, snapshot)
    // What is brought over was claimed before. Should it not have been, MasterData is to judge it:
    // what stays unsent here without a problem would never be missed.
    guard let own = all.first(where: { $0.subject == subject }) else { return .send }
    let active = all.filter { $0.wanted == .released }.map(\.subject)
    if own.wanted == .released {
      guard active == [subject] else { return .shared(active) }
      return own.accepted == .released && own.digest == digest ? .same : .send
    }
    guard active.isEmpty else { return .yields }
    if own.accepted == .released { return .withdraws }
    if own.accepted == .withdrawn { return own.digest == digest ? .same : .send }
    // It was archived when it was seen first. The record may be another one's.
    let first = all.first { $0.accepted != .nothing } ?? all.first
    let isFirst = first?.subject == subject
    return try isFirst && !isInUseElsewhere(kind, code: code, site: site, snapshot)
      ? .send : .yields
  }

  /// MasterData has taken a record of a subject. Answers whether it was not in use before.
  static func accepted(
    _ life: Life, digest: [UInt8]?, _ kind: RecordKind, code: String, of subject: Int64,
    site: SiteCode, _ transaction: Transaction
  ) throws -> Bool {
    let before = try of(kind, code: code, site: site, transaction)
    // The record was another's before it came to this one.
    for other in before where other.subject != subject && other.accepted != .nothing {
      if other.wanted == .nothing {
        try remove(kind, code: code, of: other.subject, site: site, transaction)
      } else {
        try set(.nothing, nil, kind, code, other.subject, site, transaction)
      }
    }
    try set(life, digest, kind, code, subject, site, transaction)
    return life == .released
      && before.first { $0.subject == subject }?.accepted != .released
  }

  private static func set(
    _ life: Life, _ digest: [UInt8]?, _ kind: RecordKind, _ code: String, _ subject: Int64,
    _ site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      UPDATE odoo_master_claims
      SET accepted = ?5, digest = ?6, look_at = NULL, attempts = 0, explanation = NULL
      WHERE kind = ?1 AND code = ?2 AND site = ?3 AND subject_id = ?4
      """, kind.rawValue, code, site, subject, life.rawValue, digest)
  }

  /// Whether another site's Odoo has it in use; never for what belongs to one site.
  static func isInUseElsewhere(
    _ kind: RecordKind, code: String, site: SiteCode, _ snapshot: Snapshot
  ) throws -> Bool {
    guard kind.isOfAllSites else { return false }
    return try snapshot.row(
      "SELECT 1 FROM odoo_master_claims WHERE kind = ? AND code = ? AND site <> ? AND wanted = 1",
      kind.rawValue, code, site
    ) { try $0.bool(0) } ?? false
  }

  private static func read(_ row: Row) throws -> Stored {
    guard let kind = RecordKind(rawValue: try row.text(0)),
      let wanted = Life(rawValue: try row.int(3)),
      let accepted = Life(rawValue: try row.int(4))
    else { throw StoredTextError(what: "claim") }
    return Stored(
      kind: kind, code: try row.text(1), subject: try row.int64(2), wanted: wanted,
      accepted: accepted, digest: try row.optionalBlob(5))
  }
}
