import ArgumentParser
import RecordStore

extension ReportStore.Identities: ExpressibleByArgument {}

/// Callers that report one after the other, each waiting until its report is on disk.
struct WriteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "write")

  @OptionGroup var file: DatabaseOption
  @Option var callers: Int
  /// Of all callers together.
  @Option var writes: Int
  @Option var identities = ReportStore.Identities.ordered
  /// 1 measures what one transaction per write costs.
  @Option var maximumBatch: Int?

  mutating func run() async throws {
    let store = try await ReportStore(
      file.database, identities: identities, maximumBatch: maximumBatch)
    let before = try await store.count()
    let counters = store.database.counters
    let each = max(1, writes / callers)
    // Vendors make them, elsewhere; here in the order in which they will be used.
    let events = (0..<each * callers).map { _ in store.sourceEvent() }
    let (started, cpu) = (Measuring.nanoseconds(), Measuring.cpuSeconds())
    let latencies = try await run(events, on: store)
    let seconds = Double(Measuring.nanoseconds() - started) / 1e9
    let used = Measuring.cpuSeconds() - cpu
    let after = store.database.counters
    try Measuring.report([
      "seconds": seconds, "writes": Double(latencies.count), "cpuSeconds": used,
      "p50Microseconds": Double(Measuring.percentile(latencies, 0.5)) / 1e3,
      "p99Microseconds": Double(Measuring.percentile(latencies, 0.99)) / 1e3,
      "p999Microseconds": Double(Measuring.percentile(latencies, 0.999)) / 1e3,
      "added": Double(try await store.count() - before),
      "batches": Double(after.batches - counters.batches),
      "checkpoints": Double(after.checkpoints - counters.checkpoints),
      "commitSeconds": Double(after.commitNanoseconds - counters.commitNanoseconds) / 1e9,
      "checkpointSeconds":
        Double(after.checkpointNanoseconds - counters.checkpointNanoseconds) / 1e9,
      "longestCheckpointMicroseconds": Double(after.longestCheckpointNanoseconds) / 1e3,
    ])
    await store.database.close()
  }

  /// How long each write took, in nanoseconds, shortest first.
  private func run(_ events: [String], on store: ReportStore) async throws -> [Int64] {
    try await withThrowingTaskGroup(of: [Int64].self) { group in
      for caller in 0..<callers {
        group.addTask {
          var latencies: [Int64] = []
          latencies.reserveCapacity(events.count / callers)
          for number in stride(from: caller, to: events.count, by: callers) {
            let begin = Measuring.nanoseconds()
            try await store.report(events[number], number)
            latencies.append(Measuring.nanoseconds() - begin)
          }
          return latencies
        }
      }
      var all: [Int64] = []
      for try await latencies in group { all += latencies }
      return all.sorted()
    }
  }
}
