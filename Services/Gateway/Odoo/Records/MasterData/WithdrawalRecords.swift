import RecordStore
import Values

/// Records that MasterData has in use and that Odoo does not have any more, or not under their code.
enum WithdrawalRecords {
  /// One of them.
  struct Obsolete: Sendable, Hashable {
    var code: String
    var subject: Int64
    /// Whether it is archived; otherwise its subject is gone or has another code now.
    var isArchived: Bool
    var attempts: Int
  }

  /// What can be withdrawn now: nothing in use has the code, and the record that stands for it now is
  /// there. What names others by its own code (`WH/Stock/A`) comes before them.
  static func due(_ kind: RecordKind, limit: Int, site: SiteCode, _ snapshot: Snapshot) throws
    -> [Obsolete]
  {
    try snapshot.rows(
      """
      SELECT code, subject_id, wanted = 2, attempts
      FROM odoo_master_claims c INDEXED BY odoo_master_claims_obsolete
      WHERE site = ?1 AND kind = ?2 AND accepted = 1 AND wanted <> 1
        AND (look_at IS NULL OR look_at <= ?3)
        AND NOT EXISTS (
          SELECT 1 FROM odoo_master_claims o
          WHERE o.kind = c.kind AND o.code = c.code AND o.wanted = 1
            AND (o.site = c.site OR ?4))
        AND (?5 OR NOT EXISTS (
          SELECT 1 FROM odoo_master_claims n INDEXED BY odoo_master_claims_by_subject
          WHERE n.site = c.site AND n.kind = c.kind AND n.subject_id = c.subject_id
            AND n.wanted = 1 AND n.accepted <> 1))
      ORDER BY code DESC LIMIT ?6
      """, site, kind.rawValue, snapshot.now, kind.isOfAllSites, kind == .supplierItem, limit
    ) { row in
      Obsolete(
        code: try row.text(0), subject: try row.int64(1), isArchived: try row.bool(2),
        attempts: try row.int(3))
    }
  }

  /// It is withdrawn.
  static func done(
    _ obsolete: Obsolete, _ kind: RecordKind, site: SiteCode, _ transaction: Transaction
  ) throws {
    guard obsolete.isArchived else {
      return try ClaimRecords.remove(
        kind, code: obsolete.code, of: obsolete.subject, site: site, transaction)
    }
    _ = try ClaimRecords.accepted(
      .withdrawn, digest: nil, kind, code: obsolete.code, of: obsolete.subject, site: site,
      transaction)
  }

  /// MasterData does not let it go yet.
  static func refused(
    _ obsolete: Obsolete, _ kind: RecordKind, _ explanation: String, lookAt: Instant,
    site: SiteCode, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      """
      UPDATE odoo_master_claims SET look_at = ?5, attempts = ?6, explanation = ?7
      WHERE kind = ?1 AND code = ?2 AND site = ?3 AND subject_id = ?4
      """, kind.rawValue, obsolete.code, site, obsolete.subject, lookAt, obsolete.attempts + 1,
      explanation)
  }

  /// Something has changed: what was not let go is tried again.
  static func wake(site: SiteCode, _ transaction: Transaction) throws {
    for kind in RecordKind.allCases {
      try transaction.execute(
        """
        UPDATE odoo_master_claims INDEXED BY odoo_master_claims_obsolete SET look_at = NULL
        WHERE site = ? AND kind = ? AND accepted = 1 AND wanted <> 1 AND look_at IS NOT NULL
        """, site, kind.rawValue)
    }
  }

  /// Whether anything is to be tried again.
  static func areWaiting(site: SiteCode, _ snapshot: Snapshot) throws -> Bool {
    for kind in RecordKind.allCases {
      let waits = try snapshot.row(
        """
        SELECT 1 FROM odoo_master_claims INDEXED BY odoo_master_claims_obsolete
        WHERE site = ? AND kind = ? AND accepted = 1 AND wanted <> 1 AND look_at IS NOT NULL
        """, site, kind.rawValue
      ) { try $0.bool(0) }
      if waits == true { return true }
    }
    return false
  }

  /// What MasterData has not let go, for cases.
  static func troubles(_ kind: RecordKind, limit: Int, site: SiteCode, _ snapshot: Snapshot) throws
    -> [SubjectRecords.Trouble]
  {
    try snapshot.rows(
      """
      SELECT code, explanation FROM odoo_master_claims INDEXED BY odoo_master_claims_obsolete
      WHERE site = ? AND kind = ? AND accepted = 1 AND wanted <> 1 AND explanation IS NOT NULL
      ORDER BY code LIMIT ?
      """, site, kind.rawValue, limit
    ) { row in
      SubjectRecords.Trouble(
        label: try row.text(0), reason: .recordInUse, explanation: try row.text(1))
    }
  }

  /// How many MasterData has not let go.
  static func count(_ kind: RecordKind, site: SiteCode, _ snapshot: Snapshot) throws -> Int {
    try snapshot.row(
      """
      SELECT count(*) FROM odoo_master_claims INDEXED BY odoo_master_claims_obsolete
      WHERE site = ? AND kind = ? AND accepted = 1 AND wanted <> 1 AND explanation IS NOT NULL
      """, site, kind.rawValue
    ) { try $0.int(0) } ?? 0
  }
}
