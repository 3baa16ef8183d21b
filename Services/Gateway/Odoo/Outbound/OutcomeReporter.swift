public import Contracts
import Logging
import Protobuf
import RecordStore
import Values

/// Tells Production what became of an order's facts: the newest revision of each order, again until
/// it is taken.
struct OutcomeReporter: Sendable {
  let site: SiteCode
  let database: Database
  let production: any ServiceCaller
  let logger: Logger

  /// Outcomes of one round.
  static let maximumOutcomes = 100
  /// How long one call may take.
  static let callTimeoutMilliseconds: Int64 = 10_000

  /// Reports what has not been reported.
  /// - Throws: errors of the database, cancellation.
  func once() async throws {
    let (site, limit) = (site, Self.maximumOutcomes)
    let outcomes = try await database.read {
      try OutcomeRecords.unreported(site: site, limit: limit, $0)
    }
    for outcome in outcomes {
      guard try await report(outcome) else { return }
    }
  }

  /// Whether the next one may be sent.
  private func report(_ outcome: OutcomeRecords.Outcome) async throws -> Bool {
    let site = site
    let client = Events.V1.EventFeedServiceClient(production)
    let options = CallOptions(timeoutMilliseconds: Self.callTimeoutMilliseconds)
    let answer = try await ServiceAnswer.of {
      try await client.reportOutcome(Self.request(outcome, site), options: options)
    }
    switch answer {
    case .answered: break
    case .refused(let reason, let message):
      // It will never be taken; the next revision will be reported again.
      logger.error(
        "Production refuses an outcome",
        metadata: ["order": "\(outcome.orderName)", "reason": "\(reason)", "words": "\(message)"])
    case .unavailable(let message):
      logger.warning("Production cannot take outcomes now", metadata: ["error": "\(message)"])
      return false
    }
    try await database.write { try OutcomeRecords.reported(outcome, site: site, $0) }
    return true
  }

  private static func request(_ outcome: OutcomeRecords.Outcome, _ site: SiteCode)
    -> Events.V1.ReportOutcomeRequest
  {
    let status = outcome.status
    return .with {
      $0.site = site.text
      $0.orderName = outcome.orderName
      $0.revision = outcome.revision
      $0.state = status.state.contract
      $0.coversThroughSequence = status.coversThrough
      $0.bookedThroughSequence = status.bookedThrough
      $0.reason = status.reason
      $0.document = status.document
    }
  }
}

extension PostingState {
  /// The state's name in the contracts.
  public var contract: Common.V1.PostingState {
    switch self {
    case .queued: .queued
    case .stated: .stated
    case .sending: .sending
    case .booked: .booked
    case .rejected: .rejected
    case .unknown: .unknown
    }
  }
}
