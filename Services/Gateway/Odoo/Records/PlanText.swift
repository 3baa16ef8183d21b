import JSON
import Values

// The released order, the base and the refused call as JSON text in their columns. They are read
// whole and written whole, never searched.

/// Stored text that cannot be read back: a damaged record, or one of a newer program.
struct StoredTextError: Error, CustomStringConvertible {
  var what: String
  var description: String { "the stored \(what) cannot be read" }
}

extension ReleasedOrder {
  var stored: String {
    let components = components.map { component -> JSONValue in
      [
        .int(Int64(component.line)), .string(component.itemCode),
        .int(component.key.productID), .int(component.key.unitID), component.rounding.stored,
      ]
    }
    let operations = operations.map { operation -> JSONValue in
      [
        .string(operation.code), .int(operation.key.operationID), .string(operation.key.name),
        .int(Int64(operation.key.occurrence)),
      ]
    }
    return JSONValue.object([
      "name": .string(name), "id": .int(odooID), "group": groupID.map { .int($0) } ?? .null,
      "product": .int(productID), "unit_id": .int(unitID), "unit": .string(unit),
      "rounding": rounding.stored, "planned": planned.stored, "components": .array(components),
      "operations": .array(operations), "reporting": .string(reportingOperation),
      "closed_before": OdooCall.ids(closedBefore),
    ]).text
  }

  init(stored text: String) throws {
    let value = try JSONValue(parsing: text)
    guard let name = value["name"]?.stringValue, let id = value["id"]?.intValue,
      let product = value["product"]?.intValue, let unitID = value["unit_id"]?.intValue,
      let unit = value["unit"]?.stringValue, let rounding = Quantity(stored: value["rounding"]),
      let planned = Quantity(stored: value["planned"]),
      let components = value["components"]?.arrayValue,
      let operations = value["operations"]?.arrayValue,
      let reporting = value["reporting"]?.stringValue
    else { throw StoredTextError(what: "order") }
    self.init(
      name: name, odooID: id, groupID: value["group"]?.intValue, productID: product,
      unitID: unitID, unit: unit, rounding: rounding, planned: planned,
      components: try components.map(Component.init(stored:)),
      operations: try operations.map(Operation.init(stored:)), reportingOperation: reporting,
      closedBefore: value["closed_before"]?.arrayValue?.compactMap(\.intValue) ?? [])
  }
}

extension ReleasedOrder.Component {
  fileprivate init(stored value: JSONValue) throws {
    guard let line = value[0]?.intValue, let code = value[1]?.stringValue,
      let product = value[2]?.intValue, let unit = value[3]?.intValue,
      let rounding = Quantity(stored: value[4])
    else { throw StoredTextError(what: "component") }
    self.init(
      line: Int32(truncatingIfNeeded: line), itemCode: code,
      key: ComponentKey(productID: product, unitID: unit), rounding: rounding)
  }
}

extension ReleasedOrder.Operation {
  fileprivate init(stored value: JSONValue) throws {
    guard let code = value[0]?.stringValue, let id = value[1]?.intValue,
      let name = value[2]?.stringValue, let occurrence = value[3]?.intValue
    else { throw StoredTextError(what: "operation") }
    self.init(
      code: code, key: OperationKey(operationID: id, name: name, occurrence: Int(occurrence)))
  }
}

extension PostingBase {
  var stored: String {
    let orders = orders.map { id, versions -> JSONValue in
      [.int(id), .array(versions.map { [.bool($0.isConfirmed), $0.figures.stored] })]
    }
    let workOrders = workOrders.map { id, versions -> JSONValue in
      [.int(id), .array(versions.map { [.bool($0.isConfirmed), $0.figures.stored] })]
    }
    return JSONValue.object(["orders": .array(orders), "work_orders": .array(workOrders)]).text
  }

  init(stored text: String) throws {
    let value = try JSONValue(parsing: text)
    self.init(
      orders: try Self.versions(value["orders"], Entered.init(stored:)),
      workOrders: try Self.versions(value["work_orders"], Quantity.init(stored:)))
  }

  private static func versions<Figures: Sendable & Hashable>(
    _ value: JSONValue?, _ read: (JSONValue?) -> Figures?
  ) throws -> [Int64: [Written<Figures>]] {
    var result: [Int64: [Written<Figures>]] = [:]
    for entry in value?.arrayValue ?? [] {
      guard let id = entry[0]?.intValue, let versions = entry[1]?.arrayValue else {
        throw StoredTextError(what: "base")
      }
      result[id] = try versions.map { version in
        guard let isConfirmed = version[0]?.boolValue, let figures = read(version[1]) else {
          throw StoredTextError(what: "base")
        }
        return Written(figures: figures, isConfirmed: isConfirmed)
      }
    }
    return result
  }
}

extension Entered {
  fileprivate var stored: JSONValue {
    [producing.stored, .array(moves.map { [.int($0.key), $0.value.stored] })]
  }

  fileprivate init?(stored value: JSONValue?) {
    guard let producing = Quantity(stored: value?[0]), let moves = value?[1]?.arrayValue else {
      return nil
    }
    self.init(producing: producing, moves: [:])
    for move in moves {
      guard let id = move[0]?.intValue, let quantity = Quantity(stored: move[1]) else {
        return nil
      }
      self.moves[id] = quantity
    }
  }
}

extension RefusedCall {
  var stored: String {
    JSONValue.array([
      .string(fingerprint), .string(finding.reason.rawValue), .string(finding.explanation),
      .string(finding.odooAnswer),
    ]).text
  }

  init(stored text: String) throws {
    let value = try JSONValue(parsing: text)
    guard let fingerprint = value[0]?.stringValue,
      let reason = value[1]?.stringValue.flatMap(CaseReason.init(rawValue:)),
      let explanation = value[2]?.stringValue, let answer = value[3]?.stringValue
    else { throw StoredTextError(what: "refused call") }
    self.init(
      fingerprint: fingerprint, finding: CaseFinding(reason, explanation, odooAnswer: answer))
  }
}

extension Quantity {
  fileprivate var stored: JSONValue { .int(millionths) }

  fileprivate init?(stored value: JSONValue?) {
    guard let millionths = value?.intValue, let quantity = try? Quantity(millionths: millionths)
    else { return nil }
    self = quantity
  }
}
