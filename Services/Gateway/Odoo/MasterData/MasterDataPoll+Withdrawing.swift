import Contracts
import Environment
import RecordStore
import Synchronization
import Values

extension MasterDataPoll {
  /// Records read, changed and sent together: bills of 500 lines have 30 KB each.
  private static let batchSize = 50

  /// Withdraws what Odoo does not have any more, or not under its code: after everything has been
  /// brought over, and what names others before them.
  func withdraw() async throws {
    let site = site
    if state.withLock({ $0.hasSent }) {
      let areWaiting = try await database.read {
        try WithdrawalRecords.areWaiting(site: site, $0)
      }
      if areWaiting {
        try await database.write { try WithdrawalRecords.wake(site: site, $0) }
      }
      state.withLock { $0.hasSent = false }
    }
    for kind in RecordKind.withdrawalOrder {
      for _ in 0..<Self.maximumBatches {
        let due = try await database.read {
          try WithdrawalRecords.due(kind, limit: Self.batchSize, site: site, $0)
        }
        if due.isEmpty { break }
        try await withdraw(kind, due)
      }
    }
  }

  private func withdraw(_ kind: RecordKind, _ due: [WithdrawalRecords.Obsolete]) async throws {
    let found = try await sender.find(kind, due.map(\.code))
    // What is not there, or is withdrawn already, needs no more.
    let open = due.filter { found[$0.code].map { $0.head?.lifeCycle != .withdrawn } ?? false }
    let outcomes = try await sender.send(kind, open.compactMap { found[$0.code]?.withdrawn })
    let rejected = outcomes.count { $0 != .taken }
    board.sent(open.count - rejected, rejected: rejected, of: kind)
    var refusals: [String: String] = [:]
    for (obsolete, outcome) in zip(open, outcomes) {
      guard case .rejected(let reason, let message) = outcome else { continue }
      refusals[obsolete.code] =
        "the \(kind.noun) \(obsolete.code) is \(obsolete.isArchived ? "archived" : "gone") in Odoo "
        + "and can't be withdrawn: \(reason) \(message)"
    }
    let (site, refused, randomness) = (site, refusals, environment.randomness)
    try await database.write { transaction in
      for obsolete in due {
        guard let explanation = refused[obsolete.code] else {
          try WithdrawalRecords.done(obsolete, kind, site: site, transaction)
          continue
        }
        let wait = Self.retry.milliseconds(attempt: obsolete.attempts + 1, randomness)
        try WithdrawalRecords.refused(
          obsolete, kind, OdooWords.bounded(explanation),
          lookAt: transaction.now.advanced(milliseconds: wait), site: site, transaction)
      }
    }
    state.withLock { _ = $0.unsettledCases.insert(kind.subject) }
  }
}
