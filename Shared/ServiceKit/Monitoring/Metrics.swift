public import Logging

/// Something that can be measured when it is asked for.
public protocol MetricSource: Sendable {
  /// Its metrics as they are now.
  func families() async throws -> [MetricFamily]
}

/// All metrics of a program.
public struct Metrics: Sendable {
  /// Every call; an observer of the server.
  public let calls: CallMetrics
  /// Every refusal.
  public let refusals: RefusalCounts
  private var sources: [any MetricSource] = []
  private let logger: Logger

  /// The metrics of a program.
  /// - Parameter known: whether there is a method of this path (`/package.Service/Method`); a program
  ///   that answers only those has no need to say.
  public init(logger: Logger, known: @escaping @Sendable (String) -> Bool = { _ in true }) {
    calls = CallMetrics(known: known)
    refusals = RefusalCounts()
    self.logger = logger
  }

  /// Adds what else is to be seen.
  public mutating func add(_ source: any MetricSource) { sources.append(source) }

  /// What Prometheus reads. A source that fails leaves its metrics out, and says so in one.
  func text() async -> String {
    var families = calls.families + refusals.families
    var failures = 0
    for source in sources {
      do { families += try await source.families() } catch {
        failures += 1
        logger.warning("metrics are missing", metadata: ["error": "\(error)"])
      }
    }
    families.append(
      MetricFamily(
        "millrace_metrics_missing", .gauge,
        help: "Sources of metrics that could not be asked this time.", value: Double(failures)))
    return MetricFamily.text(families)
  }
}
