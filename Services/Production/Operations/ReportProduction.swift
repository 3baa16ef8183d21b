import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ReportProduction`: good and scrapped quantity of one operation.
struct ReportProduction: IdentifiedWriteOperation {
  static let method = Production.V1.ProductionService.reportProduction
  static let contentScheme = 1

  let orders: OrderRecords
  let reports: ReportRecords
  let workOrders: WorkOrderDesk
  let cases: CaseDesk
  let holds: HoldCopy
  let tolerances: [SiteCode: OverProductionTolerance]
  /// Which system reports at which site; `nil` where no master data is followed.
  var copy: ReferenceCopy?

  struct Input: Sendable {
    var order: OrderKey
    var header: CheckedFactHeader
    var report: ReportedOutput
  }

  func site(of request: Production.V1.ReportProductionRequest) -> String? { request.site }

  func validate(_ request: Production.V1.ReportProductionRequest, _ fields: inout Fields) -> Input {
    let input = Input(
      order: fields.orderKey(site: request.site, name: request.orderName),
      header: fields.factHeader(request.header),
      report: ReportedOutput(
        operation: fields.optionalText(request.operation, "operation", OperationStep.codeRule),
        good: fields.optionalAmount(request.good, "good", .zeroOrMore),
        scrap: fields.optionalAmount(request.scrap, "scrap", .zeroOrMore),
        isFinal: request.final))
    // Only when both are readable: a quantity that is wrong in itself has been reported already.
    if fields.violations.isEmpty, input.report.output.isNothing, !input.report.isFinal {
      fields.reject("good", "must be above zero, or scrap must be, unless the report is final")
    }
    return input
  }

  func identity(of input: Input) -> WriteIdentity {
    .fact(input.header.identity(at: input.order.site))
  }

  /// Absent and zero are the same. The operation counts as it was sent: leaving it out and naming
  /// the reporting one are two ways to say a thing, and a sender repeats itself in one.
  func addContent(of input: Input, scheme: Int, to digest: inout CanonicalDigest) {
    let report = input.report
    digest.add(input.order.name)
    digest.add(report.operation)
    for amount in [report.good, report.scrap] {
      let isSomething = amount.map { !$0.value.isZero } ?? false
      digest.add(isSomething ? amount?.value.millionths : nil)
      digest.add(isSomething ? amount?.unit : nil)
    }
    digest.add(report.isFinal ? 1 : 0)
    digest.add(input.header.sourceSequence)
    digest.add(input.header.occurredAt.microseconds)
  }

  func execute(_ input: Input, fact: Identifier, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Production.V1.ReportProductionResponse>
  {
    var stored = try orders.require(input.order, transaction)
    try copy?.ownership(of: input.order.site).check(
      "production_report", stage: stored.order.state.name, site: input.order.site,
      writer: call.principal.subject, at: transaction.now)
    try holds.check([.order(input.order.name)], at: input.order.site)
    let (before, digest) = (stored.order, stored.digest)
    let sequence = try reports.nextSequence(transaction)
    let accepted = try stored.order.take(
      input.report, sequence: sequence, receivedAt: transaction.now,
      tolerance: tolerances[input.order.site, default: .none])
    try reports.insert(
      accepted, sequence: sequence, reportID: fact, ReportHeader(input.header), of: stored,
      transaction)
    let change = try transaction.outbox.append(ProductionEvents.totalsChanged(stored.order))
    try orders.update(
      stored, afterReportOf: accepted.operation, changeSequence: change, transaction)
    try workOrders.reported(
      accepted, at: input.header.occurredAt, before: before, after: stored.order, transaction)
    if stored.order.state.isEndedInERP {
      try cases.reportedAfterEnd(
        accepted, fact, sequence: sequence, of: stored.order, transaction)
    }
    return Effect(
      response(.accepted, fact, sequence, stored.order),
      audit: AuditNote(
        object: "\(input.order)", correlation: input.header.correlationID, digestBefore: digest,
        digestAfter: stored.digest))
  }

  func answerAgain(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Production.V1.ReportProductionResponse
  {
    let stored = try orders.require(input.order, snapshot)
    let sequence = try stored.reading(snapshot) { try reports.sequence(of: fact, $0) }
    guard let sequence else {
      throw RecordStoreError.corrupted("the ledger knows the report \(fact), the records do not")
    }
    return response(.duplicate, fact, sequence, stored.order)
  }

  private func response(
    _ receipt: Common.V1.Receipt, _ fact: Identifier, _ sequence: Int64, _ order: Order
  ) -> Production.V1.ReportProductionResponse {
    .with {
      $0.receipt = receipt
      $0.reportID = fact.description
      $0.sequence = sequence
      $0.orderState = .init(order.state)
    }
  }
}

extension ReportHeader {
  init(_ header: CheckedFactHeader) {
    self.init(
      sourceSystem: header.sourceSystem, sourceEventID: header.sourceEventID,
      sourceSequence: header.sourceSequence, occurredAt: header.occurredAt,
      correlationID: header.correlationID)
  }
}
