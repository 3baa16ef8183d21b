import Contracts
import ServiceKit
import Values

extension OperationStep {
  /// What an operation's code looks like.
  static let codeRule = TextRule(maximumLength: 64, characters: .visible)
}

/// The fields of a release: each by itself, then how they fit each other.
extension OrderDefinition {
  /// What an item's code looks like.
  static let itemCodeRule = TextRule(maximumLength: 64, characters: .visible)
  /// What a work center's code looks like; it may be missing.
  static let workCenterCodeRule = TextRule(maximumLength: 64, characters: .visible)
  /// Most component lines: the contract's bound.
  static let maximumComponents = 1_000
  /// Most operations: the contract's bound.
  static let maximumOperations = 200
  /// Ten years: whatever takes longer is a mistake in the unit of time.
  static let maximumDurationSeconds: Int64 = 315_360_000

  init(_ request: Production.V1.ReleaseOrderRequest, _ fields: inout Fields) {
    let key = fields.orderKey(site: request.site, name: request.orderName)
    let operations = Self.operations(request.operations, &fields)
    let codes = Set(operations.map(\.code))
    let components = Self.components(request.components, codes, &fields)
    let reporting = request.reportingOperation
    if !reporting.isEmpty, !codes.contains(reporting) {
      fields.reject("reporting_operation", "must be the code of one of the operations")
    }
    let sorted = operations.sorted { $0.position < $1.position }
    self.init(
      key: key,
      itemCode: fields.text(request.itemCode, "item_code", Self.itemCodeRule),
      planned: fields.amount(request.plannedQuantity, "planned_quantity", .aboveZero),
      components: components.sorted { $0.line < $1.line }, operations: sorted,
      reportingOperation: reporting.isEmpty ? sorted.last?.code ?? "" : reporting,
      plannedStart: fields.time(
        request.plannedStartAt, "planned_start_at", Fields.earliest...Fields.latest),
      due: fields.optionalTime(request.dueAt, "due_at", Fields.earliest...Fields.latest),
      tracking: fields.tracking(request.tracking))
  }

  private static func operations(
    _ messages: [Production.V1.Operation], _ fields: inout Fields
  ) -> [OperationStep] {
    let operations = fields.each(messages, "operations", atMost: maximumOperations) {
      fields, operation in
      OperationStep(
        code: fields.text(operation.code, "code", OperationStep.codeRule),
        position: fields.number(Int64(operation.position), "position", 1...Int64(Int32.max)),
        workCenterCode: fields.optionalText(
          operation.workCenterCode, "work_center_code", workCenterCodeRule),
        expectedDurationSeconds: fields.number(
          operation.expectedDurationSeconds, "expected_duration_seconds",
          0...maximumDurationSeconds))
    }
    fields.unique(operations, "operations", "code", \.code)
    fields.unique(operations, "operations", "position", \.position)
    return operations
  }

  /// The lines of what it is made of.
  /// - Parameter operations: the codes that there are; `nil` where they are not known yet.
  static func components(
    _ messages: [Production.V1.Component], _ operations: Set<String>?, _ fields: inout Fields
  ) -> [ComponentLine] {
    let components = fields.each(messages, "components", atMost: maximumComponents) {
      fields, component in
      if let operations, !component.operation.isEmpty, !operations.contains(component.operation) {
        fields.reject("operation", "must be empty or the code of one of the operations")
      }
      return ComponentLine(
        line: fields.number(Int64(component.line), "line", 1...Int64(Int32.max)),
        itemCode: fields.text(component.itemCode, "item_code", itemCodeRule),
        demand: fields.amount(component.demand, "demand", .zeroOrMore),
        unitRounding: fields.decimal(component.unitRounding, "unit_rounding", .aboveZero),
        operation: operations == nil
          ? fields.optionalText(component.operation, "operation", OperationStep.codeRule)
          : component.operation, tracking: fields.tracking(component.tracking))
    }
    fields.unique(components, "components", "line", \.line)
    return components
  }
}

extension Fields {
  fileprivate mutating func tracking(_ value: Common.V1.Tracking) -> Tracking {
    known(Tracking(value), "tracking", "NONE, LOT or SERIAL", else: .none)
  }
}
