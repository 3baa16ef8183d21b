import Contracts

/// What one row, with the rows that belong to it, is to become.
struct Draft: Sendable {
  /// The subject's database id.
  var id: Int64
  /// What people call it, for a case.
  var label: String
  /// Whether it is in use; an archived one is withdrawn, and what is wrong with it is nobody's case.
  var isActive: Bool
  /// The template of a product.
  var group: Int64?
  /// What it names.
  var links: Set<Reference> = []
  /// The records it is to become; `nil` when its codes can't be told: what it was before stays.
  var claims: [Claim]?
  /// Why it can't become them all.
  var problem: Problem?

  /// A draft of something that is gone from Odoo.
  static func gone(_ id: Int64) -> Draft {
    Draft(id: id, label: "", isActive: false, claims: [])
  }
}

/// A code that a subject wants for its record.
struct Claim: Sendable {
  typealias Content = Masterdata.V1.Record.OneOf_Content

  var kind: RecordKind
  var code: String
  /// The record; `nil` when it can't be told although its code is known.
  var content: Content?
}

/// Why something can't be brought over as it is.
struct Problem: Error, Sendable, Hashable {
  var reason: CaseReason
  /// In a sentence.
  var explanation: String
  /// From which attempt on it is a case; `nil` when only a change of what it is about can help, and it
  /// is a case at once.
  var patience: Int?

  /// What waits for something that may just come later is no case before this attempt.
  static let attemptsOfWaiting = 3

  init(_ reason: CaseReason, _ explanation: String, patience: Int? = nil) {
    self.reason = reason
    self.explanation = OdooWords.bounded(explanation)
    self.patience = patience
  }

  /// Something it names has no record, or not yet.
  static func waits(_ explanation: String) -> Problem {
    Problem(.referenceMissing, explanation, patience: attemptsOfWaiting)
  }

  /// A value that a record can't have.
  static func unusable(_ explanation: String) -> Problem { Problem(.recordUnusable, explanation) }
}

/// Why a problem is a case: these are counted in one case for each kind, because a plant may have
/// thousands of them and mean it.
extension CaseReason {
  var isCounted: Bool { self == .itemWithoutCode || self == .partnerWithoutCode }
}
