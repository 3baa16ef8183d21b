import Contracts
import Environment
import JSON
import Logging
import Protobuf
import RecordStore
import Values

/// Releases the orders whose time has come. An order is noted with its request before Production is
/// called, and the same request is sent until it is answered: a kill in between changes nothing.
struct ReleaseFlow: Sendable {
  let site: SiteCode
  let reader: OrderReader
  let database: Database
  let production: any ServiceCaller
  let rule: ReleaseRule
  let environment: Environment
  let logger: Logger

  /// Orders judged in one round: their details are read together.
  static let maximumOrders = 20
  /// How long one call to Production may take.
  static let callTimeoutMilliseconds: Int64 = 10_000
  /// An order that could not be released is judged again: its product may have been repaired, which
  /// the order's own write_date does not show.
  static let rejudgeSeconds: Int64 = 30

  /// Rounds of one poll: 2,000 orders; more wait for the next poll.
  static let maximumRounds = 100

  /// - Throws: ``OdooFailure`` of the reads, errors of the database, cancellation.
  func once() async throws {
    try await sendUnanswered()
    for _ in 0..<Self.maximumRounds {
      guard try await round() else { return }
    }
  }

  /// Whether more orders may be due.
  private func round() async throws -> Bool {
    let (site, limit) = (site, Self.maximumOrders)
    let due = try await database.read { try SeenRecords.due(site: site, limit: limit, $0) }
    guard !due.isEmpty else { return false }
    let headers = try await reader.headers([["id", "in", OdooCall.ids(due)]])
    let candidates = try await judge(headers, due: due)
    if !candidates.isEmpty {
      let details = try await reader.details(of: candidates)
      for header in candidates { try await prepare(header, details) }
    }
    return try await sendUnanswered() && due.count == limit
  }

  // MARK: Judging

  /// Keeps the orders that are still to be released; the others are settled.
  private func judge(_ headers: [OrderHeader], due: [Int64]) async throws -> [OrderHeader] {
    let (site, rule) = (site, rule)
    return try await database.write { transaction in
      let gone = Set(due).subtracting(headers.map(\.id))
      for id in gone { try SeenRecords.setLook(id, at: nil, site: site, transaction) }
      return try headers.filter { header in
        let judgement = rule.judge(header, now: transaction.now)
        let isKnown = try OrderRecords.chain(of: header, site: site, transaction) != nil
        if judgement == .due, !isKnown { return true }
        var next: Instant?
        if case .waits(let until) = judgement, !isKnown { next = until }
        try SeenRecords.setLook(header.id, at: next, site: site, transaction)
        try CaseRecords.close(CaseReason.ofRelease, order: header.name, site: site, transaction)
        return false
      }
    }
  }

  /// Notes an order with the request that releases it, or a case.
  private func prepare(_ header: OrderHeader, _ details: OrderDetails) async throws {
    let (site, identifiers) = (site, environment.identifiers)
    do {
      let draft = try ReleaseDraft(header, details, site: site)
      let release = OrderRecords.Release(
        order: draft.order, request: try draft.request.encoded())
      try await database.write { transaction in
        guard try OrderRecords.order(header.name, site: site, transaction) == nil else {
          throw CaseFinding(
            .orderNotReleasable,
            "an order of the name \(header.name) was released before; it has another id in Odoo now"
          )
        }
        try OrderRecords.begin(release, site: site, transaction)
        try SeenRecords.setLook(header.id, at: nil, site: site, transaction)
      }
    } catch let finding as CaseFinding {
      try await database.write { transaction in
        let again = transaction.now.advanced(seconds: Self.rejudgeSeconds)
        try SeenRecords.setLook(header.id, at: again, site: site, transaction)
        try CaseRecords.close(
          CaseReason.ofRelease.filter { $0 != finding.reason }, order: header.name, site: site,
          transaction)
        try CaseRecords.open(finding, order: header.name, site: site, transaction, identifiers)
      }
    }
  }

  // MARK: Releasing

  /// Whether Production takes orders now.
  @discardableResult
  private func sendUnanswered() async throws -> Bool {
    let (site, limit) = (site, Self.maximumOrders)
    let releases = try await database.read {
      try OrderRecords.unanswered(site: site, limit: limit, $0)
    }
    for release in releases {
      guard try await send(release) else { return false }
    }
    return true
  }

  /// Whether the next one may be sent.
  private func send(_ release: OrderRecords.Release) async throws -> Bool {
    let client = Production.V1.ProductionServiceClient(production)
    let options = CallOptions(timeoutMilliseconds: Self.callTimeoutMilliseconds)
    let request = try Production.V1.ReleaseOrderRequest(decoding: release.request)
    let answer = try await ServiceAnswer.of {
      try await client.releaseOrder(request, options: options)
    }
    let (site, order, identifiers) = (site, release.order, environment.identifiers)
    switch answer {
    case .answered:
      try await database.write { transaction in
        try OrderRecords.released(order.name, site: site, transaction)
        try CaseRecords.close(CaseReason.ofRelease, order: order.name, site: site, transaction)
      }
      logger.info("order released", metadata: ["order": "\(order.name)"])
      return true
    case .refused(let reason, let message):
      try await database.write { transaction in
        try OrderRecords.withdraw(order.name, site: site, transaction)
        let again = transaction.now.advanced(seconds: Self.rejudgeSeconds)
        try SeenRecords.setLook(order.odooID, at: again, site: site, transaction)
        let finding = CaseFinding(
          .releaseRefused, "Production refuses \(order.name): \(reason) \(message)")
        try CaseRecords.open(finding, order: order.name, site: site, transaction, identifiers)
      }
      return true
    case .unavailable(let message):
      logger.warning("Production cannot take orders now", metadata: ["error": "\(message)"])
      return false
    }
  }
}
