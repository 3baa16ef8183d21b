import Contracts
import Protobuf
import Values

extension OrderTotals {
  /// The totals of an event, checked against the released order.
  /// - Throws: a finding when they cannot be used; nothing is guessed.
  init(event bytes: [UInt8], of order: ReleasedOrder) throws(CaseFinding) {
    let event: Production.V1.OrderTotalsChanged
    do { event = try Production.V1.OrderTotalsChanged(decoding: bytes) } catch {
      throw CaseFinding(.totalsUnusable, "the totals of \(order.name) cannot be read: \(error)")
    }
    let lines = Set(order.components.map(\.line))
    var consumed: [Int32: Quantity] = [:]
    for component in event.components {
      guard lines.contains(component.line) else {
        throw CaseFinding(
          .totalsUnusable, "component line \(component.line) was never part of \(order.name)")
      }
      consumed[component.line] = try Self.read(
        component.consumed, unit: nil, "line \(component.line)")
    }
    for line in lines where consumed[line] == nil {
      throw CaseFinding(.totalsUnusable, "the totals of \(order.name) leave out line \(line)")
    }
    var operations: [String: Quantity] = [:]
    for operation in event.operations {
      let good = try Self.read(operation.good, unit: order.unit, "operation \(operation.operation)")
      let scrap = try Self.read(
        operation.scrap, unit: order.unit, "operation \(operation.operation)")
      // An operation that nobody has reported on is not stated: what people enter there is theirs.
      if !good.isZero || !scrap.isZero { operations[operation.operation] = good }
    }
    self.init(
      throughSequence: event.throughSequence,
      good: try Self.read(event.good, unit: order.unit, "good"),
      scrap: try Self.read(event.scrap, unit: order.unit, "scrap"), consumed: consumed,
      operations: operations, isFinal: event.final)
  }

  /// A quantity that is zero or more; absent means zero.
  private static func read(
    _ value: Common.V1.Quantity?, unit: String?, _ what: String
  ) throws(CaseFinding) -> Quantity {
    guard let value else { return .zero }
    guard unit == nil || value.unit == unit || value.unit.isEmpty else {
      throw CaseFinding(.totalsUnusable, "\(what) is in \(value.unit) instead of \(unit ?? "")")
    }
    do {
      let quantity = try Quantity(decimal: value.value)
      guard !quantity.isNegative else {
        throw CaseFinding(.totalsUnusable, "\(what) is below zero: \(quantity)")
      }
      return quantity
    } catch let finding as CaseFinding {
      throw finding
    } catch {
      throw CaseFinding(.totalsUnusable, "\(what) is no quantity: \(value.value)")
    }
  }
}
