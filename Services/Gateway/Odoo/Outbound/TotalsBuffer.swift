import Contracts
import Protobuf

/// Between the feed and the records: what arrives while one transaction is on its way goes into the
/// next one, the newest totals of each order only.
actor TotalsBuffer {
  /// An order's newest totals.
  struct Totals: Sendable, Hashable {
    var orderName: String
    /// The newest report in them.
    var sequence: Int64
    /// A serialized `OrderTotalsChanged`.
    var payload: [UInt8]
  }

  /// What of an order does not agree with master data; nothing when all does.
  struct Findings: Sendable, Hashable {
    var orderName: String
    /// For a person; empty when all agrees.
    var text: String
  }

  /// What one transaction takes over.
  struct Batch: Sendable, Hashable {
    var newest: [Totals]
    var findings: [Findings] = []
    /// The token of the last event.
    var token: String
  }

  /// Orders that wait at most: 1,000 totals are some 500 kB; then the feed waits.
  static let maximumOrders = 1_000

  private var newest: [String: Totals] = [:]
  private var findings: [String: Findings] = [:]
  private var token: String?
  private var waiting: [Side: CheckedContinuation<Void, any Error>] = [:]

  /// Who may wait: one on each side.
  private enum Side {
    case taker, giver
  }

  /// Adds an event; waits while the buffer is full.
  func put(_ response: Events.V1.SubscribeResponse) async throws {
    while newest.count + findings.count >= Self.maximumOrders { try await wait(.giver) }
    if let event = response.event, event.type == Production.V1.OrderTotalsChanged.fullName {
      // Totals that cannot be decoded are kept as they are: the posting makes a case of them.
      let decoded = try? Production.V1.OrderTotalsChanged(decoding: event.payload)
      newest[event.key] = Totals(
        orderName: event.key, sequence: decoded?.throughSequence ?? event.sequence,
        payload: event.payload)
    }
    if let event = response.event, event.type == Production.V1.OrderFindingsChanged.fullName {
      let changed = try Production.V1.OrderFindingsChanged(decoding: event.payload)
      let text = changed.findings.map { "\($0.field) \($0.rule)" }.joined(separator: "; ")
      findings[event.key] = Findings(orderName: event.key, text: text)
    }
    token = response.resumeToken
    resume(.taker)
  }

  /// Everything that has arrived; waits until there is something.
  func take() async throws -> Batch {
    while token == nil { try await wait(.taker) }
    defer {
      newest = [:]
      findings = [:]
      token = nil
      resume(.giver)
    }
    return Batch(
      newest: newest.values.sorted { $0.orderName < $1.orderName },
      findings: findings.values.sorted { $0.orderName < $1.orderName }, token: token ?? "")
  }

  private func resume(_ side: Side) { waiting.removeValue(forKey: side)?.resume() }

  private func wait(_ side: Side) async throws {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation {
        (continuation: CheckedContinuation<Void, any Error>) in
        if Task.isCancelled {
          continuation.resume(throwing: CancellationError())
        } else {
          waiting[side] = continuation
        }
      }
    } onCancel: {
      Task { await self.cancel(side) }
    }
  }

  private func cancel(_ side: Side) {
    waiting.removeValue(forKey: side)?.resume(throwing: CancellationError())
  }
}
