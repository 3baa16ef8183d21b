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

  /// What the runtime itself refuses.
  init(ofRuntime status: RPC.Status) {
    self.init(
      RefusalCode(rawValue: status.code.rawValue) ?? .unknown, reason: status.reason,
      status.message)
  }

  /// The refusal in a status; what its details do not say stays empty.
  public init(_ status: RPC.Status) { self = ErrorDetails.refusal(status) }
}
