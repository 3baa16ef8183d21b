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

  /// Looks until the task is cancelled.
  func run(_ database: Database, _ logger: Logger) async {
    while !Task.isCancelled {
      do {
        try await Task.sleep(for: .milliseconds(Self.intervalMilliseconds))
        try await once(database)
      } catch RecordStoreError.closed {
        return
      } catch is CancellationError {
        return
      } catch {
        logger.error("movements could not be checked again", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Looks once at every quarantined movement.
  func once(_ database: Database) async throws {
    for site in sites.sorted() {
      var after: Int64 = 0
      while true {
        let start = after
        let found = try await database.read {
          try MovementRecords.list(
            site, itemCode: "", quarantined: true, after: start, limit: Self.batchSize, $0)
        }
        guard let last = found.last else { break }
        for stored in found { try await applied(stored, at: site, database) }
        after = last.sequence
      }
    }
  }

  /// Applies one if nothing stands against it.
  private func applied(_ stored: StoredMovement, at site: SiteCode, _ database: Database)
    async throws
  {
    let id = stored.movement.movementID
    do {
      try await database.write { transaction in
        let current = try MovementRecords.require(site, id, transaction)
        guard MovementState(current.movement) == .quarantined else { return }
        _ = try desk.applyQuarantined(current, by: "", at: site, transaction)
      }
    } catch is Refusal {
      // Still stands; it is looked at again.
    } catch is InventoryError {
      // As above.
    }
  }
}
