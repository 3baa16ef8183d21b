import Contracts
import RecordStore
import ServiceKit
import Values

/// What Production does with `ReportOutcome`: the newest outcome stays with its order, and an order
/// whose final report is booked is closed.
struct RecordOutcome: OutcomeRecorder {
  let orders: OrderRecords

  func record(_ outcome: ReportedOutcome, _ transaction: Transaction) throws -> AuditNote? {
    var stored = try orders.require(outcome.order, transaction)
    let before = stored.digest
    let posting = PostingOutcome(
      revision: outcome.revision, state: PostingState(outcome.state) ?? .queued,
      coversThroughSequence: outcome.coversThroughSequence,
      bookedThroughSequence: outcome.bookedThroughSequence, reason: outcome.reason,
      document: outcome.document, reportedAt: transaction.now)
    guard try stored.order.take(posting) else { return nil }
    let change = try transaction.outbox.append(ProductionEvents.orderChanged(stored.order))
    try orders.updateOutcome(stored, posting, changeSequence: change, transaction)
    return AuditNote(
      object: "\(outcome.order)", digestBefore: before, digestAfter: stored.digest)
  }
}
