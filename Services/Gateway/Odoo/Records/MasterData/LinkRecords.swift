import RecordStore
import Values

/// What subjects name.
enum LinkRecords {
  /// Keeps what a subject names now.
  static func replace(
    _ links: Set<Reference>, of kind: SubjectKind, _ id: Int64, site: SiteCode,
    _ transaction: Transaction
  ) throws {
    let before = try transaction.rows(
      """
      SELECT reference_kind, reference_id FROM odoo_master_links
      WHERE site = ? AND kind = ? AND subject_id = ?
      """, site, kind.rawValue, id
    ) { row in
      guard let kind = Reference.Kind(rawValue: try row.text(0)) else {
        throw StoredTextError(what: "link")
      }
      return Reference(kind, try row.int64(1))
    }
    for link in Set(before).subtracting(links) {
      try transaction.execute(
        """
        DELETE FROM odoo_master_links
        WHERE site = ? AND kind = ? AND subject_id = ? AND reference_kind = ? AND reference_id = ?
        """, site, kind.rawValue, id, link.kind.rawValue, link.id)
    }
    for link in links.subtracting(before) {
      try transaction.execute(
        "INSERT INTO odoo_master_links VALUES (?, ?, ?, ?, ?)", site, kind.rawValue, id,
        link.kind.rawValue, link.id)
    }
  }
}
