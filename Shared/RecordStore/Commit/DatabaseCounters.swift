/// What a database has done since it was opened, for metrics and health.
public struct DatabaseCounters: Sendable, Hashable {
  /// Transactions committed.
  public internal(set) var batches: Int64 = 0
  /// Writes answered after a commit, refusals of their own making included.
  public internal(set) var writes: Int64 = 0
  /// Transactions of which nothing was kept.
  public internal(set) var failedBatches: Int64 = 0
  /// Nanoseconds in which transactions were made durable: COMMIT alone.
  public internal(set) var commitNanoseconds: Int64 = 0
  /// Checkpoints of the write-ahead log that ran.
  public internal(set) var checkpoints: Int64 = 0
  /// Nanoseconds in them; writes wait meanwhile.
  public internal(set) var checkpointNanoseconds: Int64 = 0
  /// The longest of them, in nanoseconds.
  public internal(set) var longestCheckpointNanoseconds: Int64 = 0
  /// Checkpoints that failed; nothing is lost by it, the log grows until one succeeds.
  public internal(set) var failedCheckpoints: Int64 = 0

  mutating func checkpointed(nanoseconds: Int64) {
    checkpoints += 1
    checkpointNanoseconds += nanoseconds
    longestCheckpointNanoseconds = max(longestCheckpointNanoseconds, nanoseconds)
  }
}
