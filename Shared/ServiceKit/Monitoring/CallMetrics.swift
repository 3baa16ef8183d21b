public import RPC
import Synchronization

/// Counts every call by method and status, in the names and units of OpenTelemetry's conventions for
/// RPC (`rpc.server.call.duration`, in seconds).
public final class CallMetrics: CallObserver {
  /// Most methods told apart: more than any program has. Paths that no contract names can't fill it.
  static let maximumMethods = 256
  /// How methods beyond that, and those that there are not, are named: by the conventions.
  static let otherMethod = "_OTHER"

  private let known: @Sendable (String) -> Bool
  private let methods = Mutex<[String: Method]>([:])

  /// Counts calls.
  /// - Parameter known: whether there is a method of this path (`/package.Service/Method`).
  public init(known: @escaping @Sendable (String) -> Bool) { self.known = known }

  /// One method's calls.
  private final class Method: Sendable {
    let durations = Mutex<[StatusCode: DurationHistogram]>([:])

    func count(_ outcome: CallOutcome) {
      durations.withLock {
        $0[outcome.code, default: DurationHistogram()].add(
          nanoseconds: outcome.durationNanoseconds)
      }
    }
  }

  /// Counts the calls of a path.
  public func observation(of path: String) -> (@Sendable (CallOutcome) -> Void)? {
    let method = method(path)
    return { method.count($0) }
  }

  private func method(_ path: String) -> Method {
    let name = known(path) ? String(path.dropFirst()) : Self.otherMethod
    return methods.withLock { methods in
      if let method = methods[name] { return method }
      let name = methods.count < Self.maximumMethods ? name : Self.otherMethod
      let method = methods[name] ?? Method()
      methods[name] = method
      return method
    }
  }

  var families: [MetricFamily] {
    var family = MetricFamily(
      "rpc_server_call_duration_seconds", .histogram,
      help: "How long calls took, from their headers to their outcome.")
    for (name, method) in methods.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      let durations = method.durations.withLock { $0 }
      for (code, histogram) in durations.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
        histogram.add(
          to: &family,
          [
            .init("rpc_system_name", "grpc"), .init("rpc_method", name),
            .init("rpc_response_status_code", code.description),
          ])
      }
    }
    return [family]
  }
}
