import Values

/// How far a fact has come on its way into the ERP system. The raw values are those of the contract
/// and of the stored records.
enum PostingState: Int64, Sendable, Hashable, CaseIterable {
  case queued = 1
  case stated = 2
  case sending = 3
  case booked = 4
  case rejected = 5
  case unknown = 6
  case reversed = 7
}

/// What the Gateway has reported about an order's facts. One per order: the newest revision.
struct PostingOutcome: Sendable, Hashable {
  /// Increases with every outcome of the order, from 1.
  var revision: Int64
  /// What the facts up to ``coversThroughSequence`` have come to.
  var state: PostingState
  var coversThroughSequence: Int64
  /// All facts up to here are booked, whatever the state of the later ones. Never above
  /// ``coversThroughSequence``.
  var bookedThroughSequence: Int64
  /// The case's stable reason when rejected or unknown, else empty.
  var reason: String
  /// The document in the ERP system when booked, else empty.
  var document: String
  var reportedAt: Instant
}

/// How far one report, or an order's reports together, have come.
struct Posting: Sendable, Hashable {
  var state: PostingState
  /// Of the outcome it is derived from; 0 before the first.
  var revision: Int64
  var asOf: Instant
  var reason: String
  var document: String
}

extension Posting {
  /// The posting of the report with this sequence, derived from the order's newest outcome.
  /// - Parameter receivedAt: when the report was recorded: the time of a posting that is still
  ///   queued.
  static func ofReport(
    sequence: Int64, receivedAt: Instant, outcome: PostingOutcome?
  ) -> Posting {
    guard let outcome, sequence <= outcome.coversThroughSequence else {
      return Posting(
        state: .queued, revision: outcome?.revision ?? 0, asOf: receivedAt, reason: "",
        document: "")
    }
    let state = sequence <= outcome.bookedThroughSequence ? .booked : outcome.state
    let needsReason = state == .rejected || state == .unknown
    return Posting(
      state: state, revision: outcome.revision, asOf: outcome.reportedAt,
      reason: needsReason ? outcome.reason : "",
      document: state == .booked ? outcome.document : "")
  }
}

extension Order {
  /// How far the reported quantities have come: as far as the newest report; `nil` before the
  /// first.
  var posting: Posting? {
    guard let lastReportAt else { return nil }
    return .ofReport(
      sequence: totals.throughSequence, receivedAt: lastReportAt, outcome: outcome)
  }

  /// Takes an outcome over. A completed order whose last report is booked is closed.
  /// - Returns: false when a newer revision, or this one, had been recorded before; nothing changed
  ///   then.
  /// - Throws: ``ProductionError/outcomeBeyondReports(_:sequence:newest:)``.
  mutating func take(_ outcome: PostingOutcome) throws(ProductionError) -> Bool {
    if let recorded = self.outcome, outcome.revision <= recorded.revision { return false }
    guard outcome.coversThroughSequence <= totals.throughSequence else {
      throw .outcomeBeyondReports(
        definition.key, sequence: outcome.coversThroughSequence, newest: totals.throughSequence)
    }
    self.outcome = outcome
    revision += 1
    if state == .completed, outcome.bookedThroughSequence >= totals.throughSequence {
      try take(.book)
    }
    return true
  }
}
