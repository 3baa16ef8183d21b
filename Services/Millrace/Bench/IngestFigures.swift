import JSON

/// What was measured at one number of callers.
struct IngestLevel: Sendable, Equatable {
  /// Callers at the same time, each waiting for its answer before it sends the next report.
  let callers: Int
  /// Reports accepted.
  let accepted: Int
  /// How long it took, in nanoseconds.
  let nanoseconds: Int64
  /// Each call's time, in nanoseconds, ascending.
  let latencies: [Int64]

  /// Reports accepted per second.
  var perSecond: Double {
    nanoseconds > 0 ? Double(accepted) * 1e9 / Double(nanoseconds) : 0
  }

  /// The time below which so many parts in a hundred of the calls stayed, in milliseconds.
  func latencyMilliseconds(percent: Int) -> Double {
    guard !latencies.isEmpty else { return 0 }
    let index = min(latencies.count * percent / 100, latencies.count - 1)
    return Double(latencies[index]) / 1e6
  }
}

/// The result of a measurement of ingest.
struct IngestResult: Sendable, Equatable {
  /// Whom the callers called.
  let way: IngestCommand.Way
  /// One entry per number of callers.
  let levels: [IngestLevel]
  /// Reports that Production holds, counted afterwards.
  let counted: Int

  /// All reports accepted.
  var accepted: Int { levels.reduce(0) { $0 + $1.accepted } }
  /// Whether every accepted report is there once, and nothing else.
  var isComplete: Bool { counted == accepted }

  /// The figures for `deploy/bench`.
  var json: JSONValue {
    .object([
      "way": .string(way.rawValue),
      "accepted": .int(Int64(accepted)),
      "counted": .int(Int64(counted)),
      "complete": .bool(isComplete),
      "levels": .array(
        levels.map {
          .object([
            "callers": .int(Int64($0.callers)),
            "reports": .int(Int64($0.accepted)),
            "reportsPerSecond": .double($0.perSecond),
            "p50Milliseconds": .double($0.latencyMilliseconds(percent: 50)),
            "p99Milliseconds": .double($0.latencyMilliseconds(percent: 99)),
          ])
        }),
    ])
  }
}
