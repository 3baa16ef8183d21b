import RecordStore
import Values

/// A change of an ownership rule that waits for a second person.
struct OwnershipProposal: Sendable {
  let code: String
  let proposedBy: String
  /// The rule's message.
  let content: [UInt8]
}

/// Proposals in and out of the database; one for each rule.
enum OwnershipProposals {
  /// Most of one site: they are for persons.
  static let maximumPerSite = 500

  static func find(_ site: SiteCode, _ code: String, _ snapshot: Snapshot) throws
    -> OwnershipProposal?
  {
    try snapshot.row(
      """
      SELECT code, proposed_by, content FROM ownership_proposals WHERE site = ? AND code = ?
      """, site, code, map: read)
  }

  static func list(_ site: SiteCode, _ snapshot: Snapshot) throws -> [OwnershipProposal] {
    try snapshot.rows(
      """
      SELECT code, proposed_by, content FROM ownership_proposals WHERE site = ?
      ORDER BY code LIMIT ?
      """, site, maximumPerSite, map: read)
  }

  static func put(_ proposal: OwnershipProposal, _ site: SiteCode, _ transaction: Transaction)
    throws
  {
    try transaction.execute(
      """
      INSERT OR REPLACE INTO ownership_proposals (site, code, proposed_by, proposed_at, content)
      VALUES (?, ?, ?, ?, ?)
      """, site, proposal.code, proposal.proposedBy, transaction.now, proposal.content)
  }

  static func remove(_ site: SiteCode, _ code: String, _ transaction: Transaction) throws {
    try transaction.execute(
      "DELETE FROM ownership_proposals WHERE site = ? AND code = ?", site, code)
  }

  private static func read(_ row: Row) throws -> OwnershipProposal {
    OwnershipProposal(
      code: try row.text(0), proposedBy: try row.text(1), content: try row.blob(2))
  }
}
