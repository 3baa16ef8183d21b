import RecordStore
import Values

/// What records are made of, when each is looked at again, and what keeps it from becoming them.
enum SubjectRecords {
  /// Something that is wrong with a subject, for a case.
  struct Trouble: Sendable, Hashable {
    var label: String
    var reason: CaseReason
    var explanation: String
  }

  /// Has a subject looked at now, one that was never seen, too.
  static func touch(
    _ kind: SubjectKind, _ id: Int64, site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      INSERT INTO odoo_master_subjects VALUES (?1, ?2, ?3, NULL, '', ?4, 0, NULL, '')
      ON CONFLICT (site, kind, subject_id) DO UPDATE SET look_at = ?4, attempts = 0
      WHERE look_at IS NULL OR look_at > ?4 OR attempts > 0
      """, site, kind.rawValue, id, transaction.now)
  }

  /// Has a subject looked at that is being looked at: until that is done, it is not over.
  static func hold(
    _ kind: SubjectKind, _ id: Int64, site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      INSERT INTO odoo_master_subjects VALUES (?1, ?2, ?3, NULL, '', ?4, 0, NULL, '')
      ON CONFLICT (site, kind, subject_id) DO UPDATE SET look_at = ?4
      WHERE look_at IS NULL OR look_at > ?4
      """, site, kind.rawValue, id, transaction.now)
  }

  /// Has everything looked at that names this.
  static func touchThoseNaming(
    _ reference: Reference, site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      UPDATE odoo_master_subjects SET look_at = ?4, attempts = 0
      WHERE (site, kind, subject_id) IN (
        SELECT site, kind, subject_id FROM odoo_master_links
        WHERE site = ?1 AND reference_kind = ?2 AND reference_id = ?3)
      """, site, reference.kind.rawValue, reference.id, transaction.now)
  }

  /// Has everything looked at that waits and names this.
  static func wakeThoseNaming(
    _ reference: Reference, site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      UPDATE odoo_master_subjects SET look_at = ?4
      WHERE look_at > ?4 AND (site, kind, subject_id) IN (
        SELECT site, kind, subject_id FROM odoo_master_links
        WHERE site = ?1 AND reference_kind = ?2 AND reference_id = ?3)
      """, site, reference.kind.rawValue, reference.id, transaction.now)
  }

  /// Keeps what a subject is called and whose it is.
  static func describe(
    _ draft: Draft, _ kind: SubjectKind, site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      UPDATE odoo_master_subjects SET label = ?4, group_id = ?5
      WHERE site = ?1 AND kind = ?2 AND subject_id = ?3
      """, site, kind.rawValue, draft.id, draft.label, draft.group)
  }

  /// Which of these were seen, or are to be looked at.
  static func known(_ ids: [Int64], _ kind: SubjectKind, site: SiteCode, _ snapshot: Snapshot)
    throws
    -> Set<Int64>
  {
    var known: Set<Int64> = []
    for id in ids {
      let isKnown = try snapshot.row(
        "SELECT 1 FROM odoo_master_subjects WHERE site = ? AND kind = ? AND subject_id = ?", site,
        kind.rawValue, id
      ) { try $0.bool(0) }
      if isKnown == true { known.insert(id) }
    }
    return known
  }

  /// What is to be looked at, longest due first.
  static func due(_ kind: SubjectKind, limit: Int, site: SiteCode, _ snapshot: Snapshot) throws
    -> [Int64]
  {
    try snapshot.rows(
      """
      SELECT subject_id FROM odoo_master_subjects WHERE site = ? AND kind = ? AND look_at <= ?
      ORDER BY look_at, subject_id LIMIT ?
      """, site, kind.rawValue, snapshot.now, limit
    ) { try $0.int64(0) }
  }

  /// How often it was tried without success.
  static func attempts(_ kind: SubjectKind, _ id: Int64, site: SiteCode, _ snapshot: Snapshot)
    throws
    -> Int
  {
    try snapshot.row(
      "SELECT attempts FROM odoo_master_subjects WHERE site = ? AND kind = ? AND subject_id = ?",
      site, kind.rawValue, id
    ) { try $0.int(0) } ?? 0
  }

  /// After a look: what is wrong (`nil`: nothing that a person should see), and when to look again
  /// (`nil`: not before something happens). Answers whether what a person should see has changed.
  static func conclude(
    _ kind: SubjectKind, _ id: Int64, _ problem: Problem?, lookAt: Instant?, attempts: Int,
    site: SiteCode, _ transaction: Transaction
  ) throws -> Bool {
    let (reason, explanation) = (problem?.reason.rawValue, problem?.explanation ?? "")
    let isSame = try transaction.row(
      """
      SELECT reason IS ? AND explanation = ? FROM odoo_master_subjects
      WHERE site = ? AND kind = ? AND subject_id = ?
      """, reason, explanation, site, kind.rawValue, id
    ) { try $0.bool(0) }
    try transaction.execute(
      """
      UPDATE odoo_master_subjects
      SET look_at = ?4, attempts = ?5, reason = ?6, explanation = ?7
      WHERE site = ?1 AND kind = ?2 AND subject_id = ?3
      """, site, kind.rawValue, id, lookAt, attempts, reason, explanation)
    return isSame == false
  }

  /// The members of a group that are in use, by id: the variants of a template.
  static func members(
    of group: Int64, _ kind: SubjectKind, site: SiteCode, _ snapshot: Snapshot
  ) throws -> [Int64] {
    try snapshot.rows(
      """
      SELECT subject_id FROM odoo_master_subjects
      WHERE site = ? AND kind = ? AND group_id = ? ORDER BY subject_id
      """, site, kind.rawValue, group
    ) { try $0.int64(0) }
  }

  /// The group that a subject was in when it was seen last.
  static func group(
    of kind: SubjectKind, _ id: Int64, site: SiteCode, _ snapshot: Snapshot
  ) throws -> Int64? {
    try snapshot.row(
      "SELECT group_id FROM odoo_master_subjects WHERE site = ? AND kind = ? AND subject_id = ?",
      site, kind.rawValue, id
    ) { try $0.optionalInt64(0) } ?? nil
  }

  /// What is wrong with subjects of a kind, those aside that are counted.
  static func troubles(
    _ kind: SubjectKind, limit: Int, site: SiteCode, _ snapshot: Snapshot
  ) throws -> [Trouble] {
    try snapshot.rows(
      """
      SELECT label, reason, explanation FROM odoo_master_subjects INDEXED BY odoo_master_subjects_problems
      WHERE site = ? AND kind = ? AND reason IS NOT NULL AND reason NOT IN (?, ?)
      ORDER BY subject_id LIMIT ?
      """, site, kind.rawValue, CaseReason.itemWithoutCode.rawValue,
      CaseReason.partnerWithoutCode.rawValue, limit, map: trouble)
  }

  /// How many subjects of a kind have a reason (`nil`: any that is not counted), and the first few.
  static func count(
    _ kind: SubjectKind, _ reason: CaseReason?, site: SiteCode, _ snapshot: Snapshot
  )
    throws -> (count: Int, first: [Trouble])
  {
    guard let reason else {
      let count = try snapshot.row(
        """
        SELECT count(*) FROM odoo_master_subjects INDEXED BY odoo_master_subjects_problems
        WHERE site = ? AND kind = ? AND reason IS NOT NULL AND reason NOT IN (?, ?)
        """, site, kind.rawValue, CaseReason.itemWithoutCode.rawValue,
        CaseReason.partnerWithoutCode.rawValue
      ) { try $0.int(0) }
      return (count ?? 0, [])
    }
    let count = try snapshot.row(
      """
      SELECT count(*) FROM odoo_master_subjects INDEXED BY odoo_master_subjects_problems
      WHERE site = ? AND kind = ? AND reason IS NOT NULL AND reason = ?
      """, site, kind.rawValue, reason.rawValue
    ) { try $0.int(0) }
    let first = try snapshot.rows(
      """
      SELECT label, reason, explanation FROM odoo_master_subjects INDEXED BY odoo_master_subjects_problems
      WHERE site = ? AND kind = ? AND reason IS NOT NULL AND reason = ? ORDER BY subject_id LIMIT ?
      """, site, kind.rawValue, reason.rawValue, shownOfCounted, map: trouble)
    return (count ?? 0, first)
  }

  /// Names in a case that counts.
  private static let shownOfCounted = 5

  private static func trouble(_ row: Row) throws -> Trouble {
    guard let reason = CaseReason(rawValue: try row.text(1)) else {
      throw StoredTextError(what: "reason of a subject")
    }
    return Trouble(label: try row.text(0), reason: reason, explanation: try row.text(2))
  }
}
