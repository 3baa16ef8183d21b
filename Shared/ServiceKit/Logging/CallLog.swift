import Logging
import RPC

/// Logs every call at the level debug, with the identity of its trace: to follow one call through all
/// programs. At other levels nothing is done for it.
struct CallLog: CallObserver {
  let logger: Logger

  func observation(of path: String) -> (@Sendable (CallOutcome) -> Void)? {
    guard logger.logLevel <= .debug else { return nil }
    let method = String(path.dropFirst())
    return { outcome in
      var metadata: Logger.Metadata = [
        "method": "\(method)", "status": "\(outcome.code)",
        "duration_microseconds": "\(outcome.durationNanoseconds / 1_000)",
      ]
      if let trace = outcome.context.flatMap({ TraceContext($0.metadata) }) {
        metadata["trace_id"] = "\(trace.traceID)"
      }
      logger.debug("a call has ended", metadata: metadata)
    }
  }
}
