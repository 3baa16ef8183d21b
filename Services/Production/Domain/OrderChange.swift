import Values

/// What of an order may change after its release.
struct OrderTerms: Sendable, Hashable {
  var planned: Amount
  /// By line.
  var components: [ComponentLine]
  var plannedStart: Instant
  var due: Instant?
}

/// What has become of a change (`millrace.production.v1.OrderChangeState`). The raw values are the contract's.
enum OrderChangeState: Int32, ContractState {
  case waiting = 1
  case applied = 2
  case refused = 3
  case withdrawn = 4
}

/// A change that the ERP system has asked for.
struct OrderChange: Sendable, Hashable {
  /// Within the order, 1 and upwards.
  var number: Int64
  var terms: OrderTerms
  var reason: String
  let askedAt: Instant
  var state: OrderChangeState
  var refusalReason = ""
  var answeredBy = ""
  var answeredAt: Instant?
}

extension OrderDefinition {
  /// What of it may change.
  var terms: OrderTerms {
    get {
      OrderTerms(
        planned: planned, components: components, plannedStart: plannedStart, due: due)
    }
    set {
      (planned, components) = (newValue.planned, newValue.components)
      (plannedStart, due) = (newValue.plannedStart, newValue.due)
    }
  }
}

extension OrderState {
  /// Where an order may change.
  static let changeable: [OrderState] = [.released, .acknowledged, .running]
  /// Where a change waits for the MES, and is answered.
  static let takenOver: [OrderState] = [.acknowledged, .running]
}

extension Order {
  /// The change that waits for the MES, if one does.
  var waitingChange: OrderChange? { change.flatMap { $0.state == .waiting ? $0 : nil } }

  /// Refuses what must not be done while a change waits.
  func checkNoChangeWaits() throws(ProductionError) {
    if let waiting = waitingChange {
      throw .changeWaiting(definition.key, number: waiting.number)
    }
  }

  /// The ERP system says what the order is to be.
  /// - Returns: false when it is so already, or is to become so: nothing has changed then.
  mutating func ask(for terms: OrderTerms, reason: String, at now: Instant)
    throws(ProductionError) -> Bool
  {
    guard OrderState.changeable.contains(state) else {
      throw .changeOfOrderState(definition.key, state: state, allowed: OrderState.changeable)
    }
    try check(terms)
    if terms == (waitingChange?.terms ?? definition.terms) { return false }
    revision += 1
    if waitingChange != nil, terms == definition.terms {
      change?.state = .withdrawn
      change?.answeredAt = now
      return true
    }
    var asked = OrderChange(
      number: (change?.number ?? 0) + 1, terms: terms, reason: reason, askedAt: now,
      state: .waiting)
    if state == .released {
      definition.terms = terms
      asked.state = .applied
      asked.answeredAt = now
    }
    change = asked
    return true
  }

  private func check(_ terms: OrderTerms) throws(ProductionError) {
    let key = definition.key
    guard terms.planned.unit == definition.planned.unit else {
      throw .unitMismatch(
        key, field: "planned_quantity", unit: terms.planned.unit,
        expected: definition.planned.unit)
    }
    let codes = Set(definition.operations.map(\.code))
    for component in terms.components
    where !component.operation.isEmpty && !codes.contains(component.operation) {
      throw .operationNotFound(key, operation: component.operation)
    }
    var changed = definition
    changed.terms = terms
    do { _ = try changed.consumption(of: totals.output) } catch {
      throw .quantityOverflow(key)
    }
  }

  /// The MES answers the change that waits.
  /// - Parameters:
  ///   - number: of the change that it has looked at.
  ///   - refusal: why it does not do it; `nil` when it does.
  mutating func answerChange(
    _ number: Int64, refusal: String?, by subject: String, at now: Instant
  ) throws(ProductionError) {
    let key = definition.key
    guard OrderState.takenOver.contains(state) else {
      throw .changeOfOrderState(key, state: state, allowed: OrderState.takenOver)
    }
    guard var answered = waitingChange, answered.number == number else {
      throw .changeNotWaiting(key, number: number, newest: change?.number, state: change?.state)
    }
    answered.state = refusal == nil ? .applied : .refused
    answered.refusalReason = refusal ?? ""
    answered.answeredBy = subject
    answered.answeredAt = now
    if refusal == nil {
      // What was made since it was asked for may not fit it any more.
      try check(answered.terms)
      definition.terms = answered.terms
    }
    change = answered
    revision += 1
  }
}
