public import RPC

/// For whoever stands between callers and services and has refusals of its own: the Gateway's
/// front.
extension Refusal {
  /// The status that callers get, with the details.
  public var status: RPC.Status { ErrorDetails.status(self) }

  /// The same, with the identity by which whoever runs the programs finds the call in their logs
  /// (`google.rpc.RequestInfo`).
  public func status(of call: CallContext) -> RPC.Status {
    ErrorDetails.status(self, traceID: TraceContext(call).traceID)
  }

  /// After how many milliseconds to try again what the runtime refuses, by its reason, where that
  /// helps: about a restart, and what a queue of calls takes.
  private static let retryDelayMilliseconds: [String: Int64] = [
    shuttingDown.reason: 1_000, "TOO_MANY_CALLS_WAIT": 250, "OUT_OF_MEMORY": 1_000,
  ]

  /// What the runtime itself refuses.
  init(ofRuntime status: RPC.Status) {
    self.init(
      RefusalCode(rawValue: status.code.rawValue) ?? .unknown, reason: status.reason,
      status.message, retryDelayMilliseconds: Self.retryDelayMilliseconds[status.reason])
  }

  /// The refusal in a status; what its details do not say stays empty.
  public init(_ status: RPC.Status) { self = ErrorDetails.refusal(status) }
}
