import Contracts
import Environment
import Logging
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Takes over the totals that Production publishes for a site: the newest of each order and the
/// cursor in one transaction, then the acknowledgement.
struct FeedFollower: Sendable {
  let site: SiteCode
  let database: Database
  let production: any ServiceCaller
  let identifiers: IdentifierSource
  let logger: Logger

  private static let types = [
    Production.V1.OrderTotalsChanged.fullName, Production.V1.OrderFindingsChanged.fullName,
  ]
  /// How long an acknowledgement may take.
  private static let callTimeoutMilliseconds: Int64 = 10_000

  private var consumer: String { "gateway-odoo-\(site.text)" }
  private var client: Events.V1.EventFeedServiceClient { .init(production) }

  /// Follows the feed until it breaks or the task is cancelled.
  /// - Throws: what broke it; the caller waits and follows again.
  func follow() async throws {
    let site = site
    let cursor = try await database.read { try FeedRecords.cursor(site: site, $0) }
    do { try await follow(from: cursor) } catch let refusal as Refusal
      where refusal.reason == Refusal.feedRestored.reason
    {
      logger.warning("Production was restored: its feed is followed anew")
      try await database.write { transaction in
        try FeedRecords.set(
          FeedRecords.Cursor(token: "", epoch: cursor.epoch + 1), site: site, transaction)
        try OutcomeRecords.forgetReported(site: site, transaction)
      }
    }
  }

  private func follow(from cursor: FeedRecords.Cursor) async throws {
    let buffer = TotalsBuffer()
    let request = Events.V1.SubscribeRequest.with {
      $0.site = site.text
      $0.consumer = consumer
      $0.resumeToken = cursor.token
      $0.eventTypes = Self.types
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        let stream = try await client.subscribe(request)
        for try await response in stream { try await buffer.put(response) }
      }
      group.addTask {
        while true {
          let batch = try await buffer.take()
          try await TraceContext.withNew { try await takeOver(batch, epoch: cursor.epoch) }
        }
      }
      // Whichever ends first ends the other: a broken stream, or records that cannot be written.
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func takeOver(_ batch: TotalsBuffer.Batch, epoch: Int64) async throws {
    let (site, identifiers) = (site, identifiers)
    try await database.write { transaction in
      for findings in batch.findings {
        try Self.takeOver(findings, site, transaction, identifiers)
      }
      for event in batch.newest {
        try PostingRecords.take(
          totals: event.payload, through: event.sequence, epoch: epoch, order: event.orderName,
          site: site, transaction)
      }
      try FeedRecords.set(
        FeedRecords.Cursor(token: batch.token, epoch: epoch), site: site, transaction)
    }
    let acknowledgement = Events.V1.AcknowledgeRequest.with {
      $0.consumer = consumer
      $0.resumeToken = batch.token
    }
    _ = try await client.acknowledge(
      acknowledgement, options: CallOptions(timeoutMilliseconds: Self.callTimeoutMilliseconds))
  }

  /// A case while something does not agree.
  private static func takeOver(
    _ findings: TotalsBuffer.Findings, _ site: SiteCode, _ transaction: Transaction,
    _ identifiers: IdentifierSource
  ) throws {
    guard !findings.text.isEmpty else {
      return try CaseRecords.close(
        [.referencesUnknown], order: findings.orderName, site: site, transaction)
    }
    try CaseRecords.open(
      CaseFinding(
        .referencesUnknown, "the order does not agree with master data: \(findings.text)"),
      order: findings.orderName, site: site, transaction, identifiers)
  }
}
