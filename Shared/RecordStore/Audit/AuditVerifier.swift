/// Walks an audit log from its first entry and says what somebody has done to it.
///
/// ```swift
/// var verifier = AuditVerifier(heads: exported) { head in keys.verify(head) }
/// try verifier.walk { try snapshot.linkedAuditRecords(after: $0, limit: $1) }
/// let findings = verifier.finish()      // empty: nothing was done to it
/// ```
/// The links alone show flips, deletions and swaps by somebody who did not make all later links
/// anew. Heads that were kept elsewhere show that, too, and what was cut off at the end.
public struct AuditVerifier {
  /// What is wrong.
  public enum Finding: Sendable, Hashable {
    /// The entry does not follow from the one before: it, or one before it, is not what was written.
    case changed(sequence: Int64)
    /// These entries are not there.
    case missing(first: Int64, last: Int64)
    /// The log ends before an entry of which there is a head.
    case cutOff(newest: Int64, head: Int64)
    /// The entry has another link than its head says: everything up to it was made anew.
    case rewritten(sequence: Int64)
    /// A head's signature is not of a key that is believed.
    case badSignature(sequence: Int64, keyID: String)
    /// An entry without link behind one that has a link.
    case unlinked(sequence: Int64)
  }

  /// Entries that are held in memory at once.
  static let pageEntries = 1_000
  /// The most findings that are kept: who has changed more has changed everything.
  public static let maximumFindings = 100

  /// The last entry that was looked at.
  public private(set) var sequence: Int64 = 0
  /// Entries that were looked at.
  public private(set) var count: Int64 = 0
  /// Entries written before there was a chain: nothing is known of them.
  public private(set) var unchained: Int64 = 0

  private var link = AuditLink.nothing
  private var findings: [Finding] = []
  /// Those not passed yet, the earliest last.
  private var heads: [SignedAuditHead]

  /// A verifier that also holds the log against heads; `isGenuine` judges their signatures.
  public init(heads: [SignedAuditHead] = [], isGenuine: (SignedAuditHead) -> Bool) {
    self.heads = heads.sorted { $0.sequence > $1.sequence }
    for head in heads where !isGenuine(head) {
      report(.badSignature(sequence: head.sequence, keyID: head.keyID))
    }
  }

  /// Looks at the next entries.
  public mutating func check(_ page: [LinkedAuditRecord]) {
    for entry in page { check(entry) }
  }

  /// Looks at everything that `page` answers for (after, limit), until it answers nothing.
  /// - Parameter progress: called with the entries looked at so far.
  public mutating func walk(
    _ page: (_ after: Int64, _ limit: Int) throws -> [LinkedAuditRecord],
    progress: (Int64) -> Void = { _ in }
  ) throws {
    while true {
      let entries = try page(sequence, Self.pageEntries)
      if entries.isEmpty { return }
      check(entries)
      progress(count)
    }
  }

  /// What was found, when there are no further entries.
  public mutating func finish() -> [Finding] {
    if let last = heads.first, last.sequence > sequence {
      report(.cutOff(newest: sequence, head: last.sequence))
    }
    return findings
  }

  private mutating func check(_ entry: LinkedAuditRecord) {
    let number = entry.record.sequence
    if number != sequence + 1 { report(.missing(first: sequence + 1, last: number - 1)) }
    sequence = number
    count += 1
    if entry.link == .nothing {
      if link == .nothing { unchained += 1 } else { report(.unlinked(sequence: number)) }
    } else if entry.link != link.following(entry.record) {
      report(.changed(sequence: number))
    }
    // Goes on from what is stored, so that one change is one finding.
    link = entry.link
    while let head = heads.last, head.sequence <= number {
      heads.removeLast()
      if head.sequence == number, head.link != entry.link {
        report(.rewritten(sequence: number))
      }
    }
  }

  private mutating func report(_ finding: Finding) {
    if findings.count < Self.maximumFindings { findings.append(finding) }
  }
}

extension AuditVerifier.Finding: CustomStringConvertible {
  /// A sentence for the auditor.
  public var description: String {
    switch self {
    case .changed(let sequence):
      "Entry \(sequence) does not follow from the one before: one of them was changed."
    case .missing(let first, let last):
      first == last ? "Entry \(first) is missing." : "Entries \(first) to \(last) are missing."
    case .cutOff(let newest, let head):
      "The log ends with entry \(newest), but entry \(head) was signed: the end was cut off, or an older backup restored."
    case .rewritten(let sequence):
      "Entry \(sequence) has another link than its signed head: the log up to it was written anew."
    case .badSignature(let sequence, let keyID):
      "The head of entry \(sequence) is not signed by a key that is believed (\(keyID))."
    case .unlinked(let sequence): "Entry \(sequence) has no link although earlier ones have."
    }
  }
}
