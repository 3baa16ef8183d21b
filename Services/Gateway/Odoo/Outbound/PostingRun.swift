import Environment
import Logging
import RecordStore
import Values

/// Runs the engine for one chain: its effects become calls and records.
struct PostingRun: Sendable {
  let site: SiteCode
  let odoo: any OdooCaller
  let gate: SiteGate
  let database: Database
  let environment: Environment
  let logger: Logger

  /// After so many fruitless tries in a row it becomes a case: with backoff, some two minutes.
  static let triesBeforeCase = 8

  /// Brings one chain as far as it goes now.
  /// - Throws: errors of the database, cancellation. Odoo's failures are part of the verdict.
  func run(_ task: PostingRecords.Task) async throws {
    guard let order = task.order else { return try await conclude(task, Self.unknownOrder(task)) }
    let totals: OrderTotals
    do {
      totals =
        try task.totals.map { (bytes) throws(CaseFinding) in
          try OrderTotals(event: bytes, of: order)
        } ?? .none
    } catch {
      return try await conclude(task, Self.stuck(task, error))
    }
    try await drive(task, order, totals)
  }

  private func drive(
    _ task: PostingRecords.Task, _ order: ReleasedOrder, _ totals: OrderTotals
  ) async throws {
    let reader = ChainReader(odoo: odoo, order: order)
    var isOutcomeOpen = task.isOutcomeOpen
    var status = task.status
    var engine = PostingEngine(
      order: order, totals: totals, base: task.base, refused: task.refused,
      isOutcomeOpen: isOutcomeOpen)
    var event = PostingEngine.Event.started
    while true {
      try Task.checkCancellation()
      switch engine.handle(event) {
      case .readChain:
        event = .read(await Self.result { () throws(OdooFailure) in try await reader.read() })
      case .record(let base, let isBooking):
        if isBooking {
          isOutcomeOpen = true
          status = status.sending(through: totals.throughSequence)
        }
        try await record(base, isOutcomeOpen, status, order.name)
        event = .recorded
      case .send(let call):
        let result = await Self.result { () throws(OdooFailure) in try await odoo.call(call.call) }
        log(call, result, order.name)
        event = .answered(result)
      case .finish(let verdict):
        var concluded = task
        concluded.status = status
        return try await conclude(
          concluded, verdict, through: totals.throughSequence, isOutcomeOpen: isOutcomeOpen)
      }
    }
  }

  private static func result<Value>(
    _ body: () async throws(OdooFailure) -> Value
  ) async -> Result<Value, OdooFailure> {
    do { return .success(try await body()) } catch { return .failure(error) }
  }

  private func record(
    _ base: PostingBase, _ isOutcomeOpen: Bool, _ status: PostingStatus, _ name: String
  ) async throws {
    let site = site
    try await database.write { transaction in
      try PostingRecords.intend(
        base, isOutcomeOpen: isOutcomeOpen, status: status, order: name, site: site, transaction)
    }
  }

  private func log(
    _ call: PostingCall, _ result: Result<OdooAnswer, OdooFailure>, _ name: String
  ) {
    let odoo = call.call
    var metadata: Logger.Metadata = [
      "order": "\(name)", "call": "\(odoo.model).\(odoo.method)",
    ]
    switch result {
    case .success: logger.info("sent to Odoo", metadata: metadata)
    case .failure(let failure):
      metadata["failure"] = "\(failure.text)"
      logger.warning("sent to Odoo, which did not confirm", metadata: metadata)
    }
  }

  // MARK: The end of a run

  private static func unknownOrder(_ task: PostingRecords.Task) -> PostingVerdict {
    stuck(
      task,
      CaseFinding(
        .orderUnknown,
        "Production reports on \(task.orderName), which this Gateway has not released"))
  }

  private static func stuck(_ task: PostingRecords.Task, _ finding: CaseFinding) -> PostingVerdict {
    PostingVerdict(
      outcome: .stuck(finding), observations: [], base: task.base, refused: task.refused,
      documents: [], sentCalls: 0)
  }

  private func conclude(
    _ task: PostingRecords.Task, _ verdict: PostingVerdict, through: Int64 = 0,
    isOutcomeOpen: Bool = false
  ) async throws {
    switch verdict.outcome {
    case .halted: gate.halted(order: task.orderName)
    case .settled, .stuck: gate.concluded(order: task.orderName)
    case .unknown, .postponed: break
    }
    let conclusion = PostingConclusion(
      task, verdict, through: through, isOutcomeOpen: isOutcomeOpen)
    let wait = conclusion.wait.map {
      $0.milliseconds(attempt: conclusion.attempts, environment.randomness)
    }
    let (site, identifiers) = (site, environment.identifiers)
    try await database.write { transaction in
      let lookAt = wait.map { transaction.now.advanced(milliseconds: $0) }
      try PostingRecords.conclude(
        task, verdict, isOutcomeOpen: conclusion.isOutcomeOpen, lookAt: lookAt,
        attempts: conclusion.attempts, site: site, transaction)
      try PostingRecords.set(conclusion.status, order: task.orderName, site: site, transaction)
      try CaseRecords.close(
        conclusion.closedReasons, order: task.orderName, site: site, transaction)
      for finding in conclusion.findings {
        try CaseRecords.open(finding, order: task.orderName, site: site, transaction, identifiers)
      }
    }
  }
}
