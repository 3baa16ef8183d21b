public import Environment
public import RecordStore
import Values

/// What is to be seen of a database: how much waits for the disk, how long it takes, and how far the
/// consumers of its feed are behind.
public struct RecordsMetrics: MetricSource {
  private let database: Database
  private let clock: any Clock

  /// The metrics of a database.
  public init(_ database: Database, clock: any Clock) {
    self.database = database
    self.clock = clock
  }

  /// The metrics as they are now.
  public func families() async throws -> [MetricFamily] {
    let lags = try await database.read { try $0.feed.lags() }
    return commits(database.counters) + behind(lags, at: clock.now)
  }

  private func commits(_ counters: DatabaseCounters) -> [MetricFamily] {
    func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1_000_000_000 }
    return [
      MetricFamily(
        "millrace_records_queued_writes", .gauge, help: "Writes that wait for the writer.",
        value: Double(database.queuedWrites)),
      MetricFamily(
        "millrace_records_writes_total", .counter, help: "Writes answered after a commit.",
        value: Double(counters.writes)),
      MetricFamily(
        "millrace_records_commits_total", .counter, help: "Transactions committed.",
        value: Double(counters.batches)),
      MetricFamily(
        "millrace_records_failed_commits_total", .counter,
        help: "Transactions of which nothing was kept.", value: Double(counters.failedBatches)),
      MetricFamily(
        "millrace_records_commit_duration_seconds_total", .counter,
        help: "Time in which transactions were made durable.",
        value: seconds(counters.commitNanoseconds)),
      MetricFamily(
        "millrace_records_checkpoint_duration_seconds_total", .counter,
        help: "Time in checkpoints, in which writes wait.",
        value: seconds(counters.checkpointNanoseconds)),
    ]
  }

  private func behind(_ lags: [FeedLag], at now: Instant) -> [MetricFamily] {
    var events = MetricFamily(
      "millrace_feed_events_behind", .gauge, help: "Events that a consumer has not taken over.")
    var age = MetricFamily(
      "millrace_feed_oldest_age_seconds", .gauge,
      help: "How long the oldest of these events has been waiting.")
    for lag in lags {
      let label = MetricFamily.Label("consumer", lag.consumer.name)
      events.add(Double(lag.eventCount), [label])
      age.add(Double(lag.oldestAgeMilliseconds(at: now)) / 1_000, [label])
    }
    return [events, age]
  }
}
