import Environment
import Logging
import RecordStore
import Synchronization
import Values

extension MasterDataPoll {
  /// How often MasterData is asked whether it was restored.
  private static let restoreCheckNanoseconds: Int64 = 30_000_000_000

  /// What MasterData has taken is not sent again; so it must be known when it has it no longer. A restored
  /// MasterData does not know the token of before, and everything is due again.
  func noticeRestore() async throws {
    let now = environment.clock.monotonicNanoseconds
    let isTime = state.withLock { state in
      if let at = state.positionAskedAt, now - at < Self.restoreCheckNanoseconds { return false }
      state.positionAskedAt = now
      return true
    }
    guard isTime else { return }
    let site = site
    let before = try await database.read { try PositionRecords.token(site: site, $0) }
    if let token = try await sender.position(after: before) {
      if token == before { return }
      return try await database.write { try PositionRecords.put(token, site: site, $0) }
    }
    logger.warning("MasterData was restored: what comes from Odoo is brought over anew")
    try await database.write { try PositionRecords.restored(site: site, $0) }
    // Where it stands is asked at once, while nothing of it can have been restored again.
    if let token = try await sender.position(after: "") {
      try await database.write { try PositionRecords.put(token, site: site, $0) }
    }
  }
}
