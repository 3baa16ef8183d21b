import Logging
import RecordStore
import ServiceKit
import Synchronization
import Values

/// Looks again at orders that did not agree with master data, or could not be checked, as soon as more is
/// known.
struct Recheck: Sendable {
  let orders: OrderRecords
  let checks: OrderChecks

  /// Orders of one transaction.
  private static let batchSize = 100
  /// Shortest time between two looks, in milliseconds: a first load of master data comes in hundreds of
  /// batches, each of which would start one.
  static let intervalMilliseconds: Int64 = 1_000
  /// So many intervals after the last look it is looked again without a change of master data: what was
  /// not in force then may be now.
  private static let maximumIntervals = 60

  /// Looks whenever `signal` says so, until the task is cancelled.
  func run(_ database: Database, _ signal: ChangeSignal, _ logger: Logger) async {
    var intervals = 0
    while !Task.isCancelled {
      do {
        try await Task.sleep(for: .milliseconds(Self.intervalMilliseconds))
        intervals += 1
        guard signal.take() || intervals >= Self.maximumIntervals else { continue }
        intervals = 0
        try await once(database)
      } catch RecordStoreError.closed {
        return
      } catch is CancellationError {
        return
      } catch {
        logger.error("orders could not be checked again", metadata: ["error": "\(error)"])
        signal.set()
      }
    }
  }

  /// Looks once at every order that is not good.
  func once(_ database: Database) async throws {
    var last: OrderKey?
    while true {
      let after = last
      let keys = try await database.read {
        try ReferenceCheckRecords.open(after: after, limit: Self.batchSize, $0)
      }
      guard let end = keys.last else { return }
      try await database.write { transaction in
        for key in keys { try check(key, transaction) }
      }
      last = end
    }
  }

  private func check(_ key: OrderKey, _ transaction: Transaction) throws {
    guard let before = try ReferenceCheckRecords.find(key, transaction) else { return }
    guard let order = try orders.find(key, transaction)?.order, order.state != .closed else {
      if before.state == .found {
        try transaction.outbox.append(ProductionEvents.findingsChanged(key, []))
      }
      return try ReferenceCheckRecords.remove(key, transaction)
    }
    let check = try checks.look(order.definition, transaction)
    // When master data was like that changes all the time, and by itself says nothing.
    let isSame =
      check.state == before.state && check.findings == before.findings
      && check.itemRevision == before.itemRevision
    // A copy that has grown old takes nothing back.
    guard !isSame, check.state != .parked else { return }
    try ReferenceCheckRecords.put(check, key, transaction)
    let told = before.state == .found ? before.findings : []
    let found = check.state == .found ? check.findings : []
    if told != found {
      try transaction.outbox.append(ProductionEvents.findingsChanged(key, found))
    }
  }
}

/// Says that something has changed, to whoever asks later.
final class ChangeSignal: Sendable {
  private let isSet = Atomic(false)

  /// Something has changed.
  func set() { isSet.store(true, ordering: .releasing) }

  /// Whether something has changed since it was last asked.
  func take() -> Bool { isSet.exchange(false, ordering: .acquiringAndReleasing) }
}
