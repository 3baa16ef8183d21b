import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// A change of an order in the contract's messages, and in the records, which keep the message.
extension Production.V1.OrderChange {
  init(_ change: OrderChange) {
    self.init()
    number = change.number
    plannedQuantity = .init(change.terms.planned)
    components = change.terms.components.map { .init($0) }
    plannedStartAt = .init(change.terms.plannedStart)
    dueAt = change.terms.due.map { .init($0) }
    reason = change.reason
    askedAt = .init(change.askedAt)
    state = .init(rawValue: change.state.rawValue)
    refusalReason = change.refusalReason
    answeredBy = change.answeredBy
    answeredAt = change.answeredAt.map { .init($0) }
  }
}

extension OrderChange {
  /// As the records keep it.
  func stored() throws -> [UInt8] { try Production.V1.OrderChange(self).encoded() }

  /// From the records.
  /// - Throws: ``RecordStoreError/corrupted(_:)`` when it is not one that was stored.
  init(stored bytes: [UInt8]) throws {
    let message = try Production.V1.OrderChange(decoding: bytes)
    guard let state = OrderChangeState(rawValue: message.state.rawValue),
      let start = message.plannedStartAt?.instant, let askedAt = message.askedAt?.instant
    else { throw RecordStoreError.corrupted("a change of an order has no state or no times") }
    self.init(
      number: message.number,
      terms: OrderTerms(
        planned: try Amount(stored: message.plannedQuantity),
        components: try message.components.map { try ComponentLine(stored: $0) },
        plannedStart: start, due: message.dueAt?.instant), reason: message.reason,
      askedAt: askedAt, state: state, refusalReason: message.refusalReason,
      answeredBy: message.answeredBy, answeredAt: message.answeredAt?.instant)
  }
}

extension Amount {
  fileprivate init(stored quantity: Common.V1.Quantity?) throws {
    self.init(try Quantity(decimal: quantity?.value ?? ""), quantity?.unit ?? "")
  }
}

extension ComponentLine {
  fileprivate init(stored message: Production.V1.Component) throws {
    self.init(
      line: Int64(message.line), itemCode: message.itemCode,
      demand: try Amount(stored: message.demand),
      unitRounding: try Quantity(decimal: message.unitRounding), operation: message.operation,
      tracking: Tracking(message.tracking) ?? .none)
  }
}
