/// The states of a posting (`millrace.common.v1.PostingState`); the raw values are stored.
public enum PostingState: String, Sendable, Hashable {
  /// Known here, not yet visible in Odoo.
  case queued = "QUEUED"
  /// Visible as the progress of work orders; nothing is booked.
  case stated = "STATED"
  /// Being booked; Odoo's answer is not yet confirmed by reading back.
  case sending = "SENDING"
  /// Odoo holds exactly what was reported, read back after the posting.
  case booked = "BOOKED"
  /// A person must decide; a case says why.
  case rejected = "REJECTED"
  /// Odoo gave no usable answer; the chain is read again later.
  case unknown = "UNKNOWN"
}

/// What an order's facts have come to.
struct PostingStatus: Sendable, Hashable {
  var state: PostingState
  /// The case's reason when rejected or unknown.
  var reason: String
  /// The Odoo document when booked.
  var document: String
  /// Every report up to here is covered by the state.
  var coversThrough: Int64
  /// Every report up to here is booked.
  var bookedThrough: Int64

  /// Before anything was done.
  static let initial = PostingStatus(
    state: .queued, reason: "", document: "", coversThrough: 0, bookedThrough: 0)

  /// The reason of an unknown outcome without a case.
  static let noAnswer = "ODOO_NO_ANSWER"

  /// The status after a run for totals up to `through`.
  func after(_ outcome: PostingVerdict.Outcome, through: Int64) -> PostingStatus {
    switch outcome {
    case .settled(.booked(let document)), .settled(.bookedSoFar(let document)):
      PostingStatus(
        state: .booked, reason: "", document: document, coversThrough: through,
        bookedThrough: through)
    case .settled(.stated): changed(.stated, "", through)
    case .settled(.queued): changed(.queued, "", through)
    case .stuck(let finding): changed(.rejected, finding.reason.rawValue, through)
    case .unknown(.unreadable): changed(.unknown, CaseReason.unreadable.rawValue, through)
    case .unknown(.unreachable): changed(.unknown, Self.noAnswer, through)
    case .halted: changed(.rejected, CaseReason.configuration.rawValue, through)
    case .postponed: self
    }
  }

  /// The status while a booking is on its way.
  func sending(through: Int64) -> PostingStatus { changed(.sending, "", through) }

  private func changed(_ state: PostingState, _ reason: String, _ through: Int64) -> PostingStatus {
    PostingStatus(
      state: state, reason: reason, document: "", coversThrough: through,
      bookedThrough: min(bookedThrough, through))
  }
}
