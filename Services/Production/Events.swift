import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// What Production publishes on its feed.
enum ProductionEvents {
  /// An order's totals after a report, in absolute figures.
  /// - Throws: `QuantityError.outOfRange`; a report that was taken never leads to it.
  static func totalsChanged(_ order: Order) throws -> NewEvent {
    let definition = order.definition
    let unit = definition.planned.unit
    let event = try Production.V1.OrderTotalsChanged.with {
      $0.site = definition.key.site.text
      $0.orderName = definition.key.name
      $0.throughSequence = order.totals.throughSequence
      $0.good = .init(Amount(order.totals.output.good, unit))
      $0.scrap = .init(Amount(order.totals.output.scrap, unit))
      $0.components = try definition.consumption(of: order.totals.output).map { .init($0) }
      $0.operations = ContractValues.operations(of: order)
      $0.final = order.state == .completed || order.state == .closed
    }
    return try newEvent(event, definition.key)
  }

  /// An order has changed otherwise than by a report.
  static func orderChanged(_ order: Order) throws -> NewEvent {
    let key = order.definition.key
    return try newEvent(
      Production.V1.OrderChanged.with {
        $0.site = key.site.text
        $0.orderName = key.name
        $0.state = .init(order.state)
        $0.revision = order.revision
      }, key)
  }

  /// What of an order does not agree with master data.
  static func findingsChanged(_ key: OrderKey, _ findings: [ReferenceFinding]) throws -> NewEvent {
    try newEvent(
      Production.V1.OrderFindingsChanged.with {
        $0.site = key.site.text
        $0.orderName = key.name
        $0.findings = findings.map { .init($0) }
      }, key)
  }

  private static func newEvent<M: Message>(_ message: M, _ key: OrderKey) throws -> NewEvent {
    NewEvent(type: M.fullName, site: key.site, key: key.name, payload: try message.encoded())
  }
}
