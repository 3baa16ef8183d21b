import RecordStore
import Values

/// How much waits for Odoo or for a person, by site.
enum WaitingRecords {
  /// What waits at a site.
  struct Waiting {
    /// Postings that are to be looked at.
    var postings: Int64 = 0
    /// When the first of them was to be looked at; `nil` when there is none.
    var oldestDueAt: Instant?
    /// Cases that a person has to decide.
    var openCases: Int64 = 0
    /// When the first of them was opened; `nil` when there is none.
    var oldestCaseAt: Instant?
  }

  static func waiting(at site: SiteCode, _ snapshot: Snapshot) throws -> Waiting {
    var waiting = Waiting()
    let due = try snapshot.row(
      "SELECT count(*), min(look_at) FROM odoo_postings WHERE site = ? AND look_at IS NOT NULL",
      site.text
    ) { (try $0.int64(0), try $0.optionalInstant(1)) }
    if let due { (waiting.postings, waiting.oldestDueAt) = due }
    let cases = try snapshot.row(
      "SELECT count(*), min(opened_at) FROM odoo_cases WHERE site = ? AND closed_at IS NULL",
      site.text
    ) { (try $0.int64(0), try $0.optionalInstant(1)) }
    if let cases { (waiting.openCases, waiting.oldestCaseAt) = cases }
    return waiting
  }
}
