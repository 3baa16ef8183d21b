import Contracts
import Protobuf
import ServiceKit
import Values

/// The rules' values in the contract's messages.
enum ContractValues {
  /// Good and scrap of each operation, in their order; one entry with an empty code for an order
  /// without operations.
  static func operations(of order: Order) -> [Production.V1.OperationProgress] {
    let definition = order.definition
    return definition.reportableOperations.map { operation in
      let output = order.totals.output(of: operation, in: definition)
      return .with {
        $0.operation = operation
        $0.good = .init(Amount(output.good, definition.planned.unit))
        $0.scrap = .init(Amount(output.scrap, definition.planned.unit))
      }
    }
  }
}

extension Production.V1.Order {
  /// - Throws: `QuantityError.outOfRange` when a consumption does not fit; a report that was taken
  ///   never leads to it.
  init(_ order: Order) throws {
    let definition = order.definition
    self.init()
    site = definition.key.site.text
    name = definition.key.name
    itemCode = definition.itemCode
    plannedQuantity = .init(definition.planned)
    state = .init(order.state)
    components = definition.components.map { .init($0) }
    operations = definition.operations.map { .init($0) }
    reportingOperation = definition.reportingOperation
    plannedStartAt = .init(definition.plannedStart)
    dueAt = definition.due.map { .init($0) }
    tracking = .init(definition.tracking)
    progress = try .init(order)
    posting = order.posting.map { .init($0) }
    revision = order.revision
    releasedAt = .init(order.releasedAt)
    endingReason = order.endingReason
    change = order.change.map { .init($0) }
  }
}

extension Production.V1.OrderProgress {
  init(_ order: Order) throws {
    let unit = order.definition.planned.unit
    self.init()
    good = .init(Amount(order.totals.output.good, unit))
    scrap = .init(Amount(order.totals.output.scrap, unit))
    operations = ContractValues.operations(of: order)
    components = try order.definition.consumption(of: order.totals.output).map { .init($0) }
    reportCount = order.totals.reportCount
  }
}

extension Production.V1.ComponentProgress {
  init(_ consumption: Consumption) {
    self.init()
    line = Int32(consumption.line)
    itemCode = consumption.itemCode
    consumed = .init(consumption.amount)
  }
}

extension Production.V1.Component {
  init(_ component: ComponentLine) {
    self.init()
    line = Int32(component.line)
    itemCode = component.itemCode
    demand = .init(component.demand)
    unitRounding = component.unitRounding.description
    operation = component.operation
    tracking = .init(component.tracking)
  }
}

extension Production.V1.Operation {
  init(_ operation: OperationStep) {
    self.init()
    code = operation.code
    position = Int32(operation.position)
    workCenterCode = operation.workCenterCode
    expectedDurationSeconds = operation.expectedDurationSeconds
  }
}

extension Production.V1.Report {
  init(_ report: StoredReport) {
    self.init()
    reportID = report.reportID.description
    sequence = report.sequence
    orderName = report.orderName
    header = .with {
      $0.sourceSystem = report.header.sourceSystem
      $0.sourceEventID = report.header.sourceEventID
      $0.sourceSequence = report.header.sourceSequence
      $0.occurredAt = .init(report.header.occurredAt)
      $0.correlationID = report.header.correlationID
    }
    operation = report.operation
    good = .init(Amount(report.output.good, report.unit))
    scrap = .init(Amount(report.output.scrap, report.unit))
    final = report.isFinal
    receivedAt = .init(report.receivedAt)
    posting = .init(
      Posting.ofReport(
        sequence: report.sequence, receivedAt: report.receivedAt, outcome: report.outcome))
  }
}

extension Common.V1.Posting {
  init(_ posting: Posting) {
    self.init()
    state = .init(posting.state)
    revision = posting.revision
    asOf = .init(posting.asOf)
    reason = posting.reason
    document = posting.document
  }
}

/// Enumerations: the rules' raw values are the contract's numbers, so the translation cannot go
/// astray; a test compares the names.
extension Production.V1.OrderState {
  init(_ state: OrderState) { self.init(rawValue: Int32(state.rawValue)) }
}

extension Common.V1.PostingState {
  init(_ state: PostingState) { self.init(rawValue: Int32(state.rawValue)) }
}

extension OrderState {
  /// `nil` for a state that is not set or not known.
  init?(_ state: Production.V1.OrderState) { self.init(rawValue: Int64(state.rawValue)) }
}

extension PostingState {
  /// `nil` for a state that is not set or not known.
  init?(_ state: Common.V1.PostingState) { self.init(rawValue: Int64(state.rawValue)) }
}
