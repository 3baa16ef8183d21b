import Contracts
import Logging
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Looks again at quarantined movements, so that what stood against them is noticed to be gone: a hold was
/// released, a code has come.
struct Recheck: Sendable {
  let desk: MovementDesk
  let sites: Set<SiteCode>

  /// Movements of one transaction.
  private static let batchSize = 100
  /// Between two looks, in milliseconds; a look at nothing costs one search of an index.
  private static let intervalMilliseconds: Int64 = 1_000
  /// For so many quarantined movements it waits an interval more, so that looking stays a small part of the time.
  private static let movementsPerInterval = 1_000

  /// Looks until the task is cancelled.
  func run(_ database: Database, _ logger: Logger) async {
    var looked = 0
    while !Task.isCancelled {
      do {
        let intervals = Int64(1 + looked / Self.movementsPerInterval)
        try await Task.sleep(for: .milliseconds(intervals * Self.intervalMilliseconds))
        looked = try await once(database)
      } catch RecordStoreError.closed {
        return
      } catch is CancellationError {
        return
      } catch {
        logger.error("movements could not be checked again", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Looks once at every quarantined movement. Answers how many there were.
  @discardableResult
  func once(_ database: Database) async throws -> Int {
    var count = 0
    for site in sites.sorted() {
      var after: Int64? = 0
      while let start = after {
        let (found, next) = try await database.read { snapshot in
          let page = try MovementRecords.list(
            site, .init(state: .quarantined), after: start, limit: Self.batchSize, snapshot)
          return (try page.found.map { ($0, try verdict($0, at: site, snapshot)) }, page.next)
        }
        for (stored, verdict) in found where verdict != stored.movement.stateReason {
          try await settle(stored.movement.movementID, at: site, database)
        }
        count += found.count
        after = next
      }
    }
    return count
  }

  /// What stands against a movement, by its reason; `nil` when nothing does.
  private func verdict(_ stored: StoredMovement, at site: SiteCode, _ snapshot: Snapshot) throws
    -> String?
  {
    do {
      _ = try desk.plan(stored, at: site, snapshot)
      return nil
    } catch let refusal as Refusal {
      return refusal.reason
    } catch let error as InventoryError {
      return error.refusal.reason
    }
  }

  /// Applies one if nothing stands against it any more, and otherwise says what does by now.
  private func settle(_ id: String, at site: SiteCode, _ database: Database) async throws {
    do {
      try await database.write { transaction in
        var stored = try MovementRecords.require(site, id, transaction)
        guard MovementState(stored.movement) == .quarantined else { return }
        guard let reason = try verdict(stored, at: site, transaction) else {
          _ = try desk.applyQuarantined(stored, by: "", at: site, transaction)
          return
        }
        guard reason != stored.movement.stateReason else { return }
        stored.movement.stateReason = reason
        stored.movement.revision += 1
        try desk.update(stored, at: site, transaction)
      }
    } catch is HistoryOverflow {
      // It stays where it is: a person has to look at it, as its case says.
    }
  }
}
