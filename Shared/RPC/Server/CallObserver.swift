import NIOCore

/// Is told how calls end: for metrics and accounts, which need the outcome as the caller has it and
/// not as the handler thinks it is.
public protocol CallObserver: Sendable {
  /// What is told of the calls of a path; asked once for a path and connection. `nil` when nothing
  /// is to be told of them.
  ///
  /// What it answers is called on the event loop of the connection, once for each call whose path has
  /// a handler, when the outcome is known: it must be short.
  func observation(of path: String) -> (@Sendable (CallOutcome) -> Void)?
}

/// How a call has ended.
public struct CallOutcome: Sendable {
  /// The status as the caller gets it; CANCELLED when the caller went away before.
  public let code: StatusCode
  /// From the request's headers until the outcome was known, in nanoseconds.
  public let durationNanoseconds: Int64
  /// Bytes of the request's messages as they came, with their prefixes.
  public let requestBytes: Int
  /// Bytes of the response's messages as they were to be sent, with their prefixes.
  public let responseBytes: Int
  /// The call as its handler knew it, or would have; `nil` only in a test that does not care.
  public let context: CallContext?

  /// An outcome of its parts; a test makes them too.
  public init(
    code: StatusCode, durationNanoseconds: Int64, requestBytes: Int, responseBytes: Int,
    context: CallContext? = nil
  ) {
    self.code = code
    self.durationNanoseconds = durationNanoseconds
    self.requestBytes = requestBytes
    self.responseBytes = responseBytes
    self.context = context
  }
}

/// What is counted of a call that is observed.
struct CallMeter {
  private let startedAt = NIODeadline.now()
  var requestBytes = 0
  var responseBytes = 0

  /// Tells the observers how the call has ended.
  func tell(_ route: Route?, _ code: StatusCode, _ context: CallContext?) {
    guard let route else { return }
    let outcome = CallOutcome(
      code: code, durationNanoseconds: (NIODeadline.now() - startedAt).nanoseconds,
      requestBytes: requestBytes, responseBytes: responseBytes, context: context)
    for observation in route.observations { observation(outcome) }
  }
}
