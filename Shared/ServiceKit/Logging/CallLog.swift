import Logging
import RPC

/// What a call has attached (``CallContext/attachment``) once it is known for whom it is.
public protocol CallSubject: AnyObject, Sendable {
  /// The caller's name, as in a principal.
  var subject: String { get }
}

/// Logs every call at the level debug, with its caller and the identity of its trace: to follow one
/// call through all programs. At other levels nothing is done for it.
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
      if let call = outcome.context {
        metadata["trace_id"] = "\(TraceContext(call).traceID)"
        if let caller = call.attachment as? any CallSubject {
          metadata["principal"] = "\(caller.subject)"
        }
      }
      logger.debug("a call has ended", metadata: metadata)
    }
  }
}

/// The caller of a service's operation, for the log.
final class NamedCaller: CallSubject {
  let subject: String

  init(_ subject: String) { self.subject = subject }
}
