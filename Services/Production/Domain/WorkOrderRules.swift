import Values

/// Where a work order stands (`millrace.production.v1.WorkOrderState`). The raw values are the contract's.
enum WorkOrderState: Int32, ContractState {
  case pending = 1
  case ready = 2
  case running = 3
  case paused = 4
  case completed = 5
}

/// What the shop floor says about a work order.
enum WorkOrderStep: Sendable, Hashable, CaseIterable {
  case start, pause, resume, complete

  /// Where the step leads from each state that it is allowed in: the whole diagram, but for what follows from the
  /// order: PENDING becomes READY, and everything COMPLETED with the final report.
  fileprivate func target(from state: WorkOrderState) -> WorkOrderState? {
    switch (self, state) {
    case (.start, .ready), (.resume, .paused): .running
    case (.pause, .running): .paused
    case (.complete, .running), (.complete, .paused): .completed
    default: nil
    }
  }

  /// The states the step is allowed in.
  var allowedStates: [WorkOrderState] { WorkOrderState.allCases.filter { $0.after(self) != nil } }

  /// Whether somebody works after it: a hold stops that.
  var beginsWork: Bool { self == .start || self == .resume }
}

extension WorkOrderState {
  /// The state after a step; `nil` when the step is not allowed here.
  func after(_ step: WorkOrderStep) -> WorkOrderState? { step.target(from: self) }
}

/// When somebody has worked, by the senders' clocks.
struct WorkTimes: Sendable, Hashable {
  var startedAt: Instant?
  var runningSince: Instant?
  /// In microseconds, of all stretches that are over.
  var worked: Int64 = 0
  var completedAt: Instant?

  /// Somebody begins, or goes on.
  mutating func run(since moment: Instant) {
    startedAt = startedAt ?? moment
    runningSince = moment
  }

  /// Nobody works any more. A moment before the beginning counts nothing: clocks of machines go wrong.
  mutating func stop(at moment: Instant) {
    guard let since = runningSince else { return }
    // Times are of the years 2000 to 2199, and a stretch is counted once: far inside 64 bits.
    worked += max(0, moment.microseconds - since.microseconds)
    runningSince = nil
  }

  /// It is done.
  mutating func complete(at moment: Instant) {
    stop(at: moment)
    completedAt = moment
  }

  /// What a step says about them.
  mutating func take(_ step: WorkOrderStep, at moment: Instant) {
    switch step {
    case .start, .resume: run(since: moment)
    case .pause: stop(at: moment)
    case .complete: complete(at: moment)
    }
  }
}

extension Order {
  /// Where the work order of an operation stands that nobody has spoken of, by the order alone: a report says that
  /// somebody works on it, and good pieces that the next one has something to begin with.
  func workOrderState(of operation: String) -> WorkOrderState {
    switch state {
    case .released, .cancelled: return .pending
    case .completed, .closed: return .completed
    default: break
    }
    if !totals.output(of: operation, in: definition).isNothing { return .running }
    let codes = definition.operations.map(\.code)
    guard let place = codes.firstIndex(of: operation), place > 0 else { return .ready }
    let before = totals.output(of: codes[place - 1], in: definition)
    return before.good.isZero ? .pending : .ready
  }

  /// The operation that begins with what another one hands on; `nil` behind the last one.
  func operation(after operation: String) -> String? {
    let codes = definition.operations.map(\.code)
    guard let place = codes.firstIndex(of: operation), place + 1 < codes.count else { return nil }
    return codes[place + 1]
  }
}
