public import RPC

/// For whoever stands between callers and services and has refusals of its own: the Gateway's
/// front.
extension Refusal {
  /// The status that callers get, with the details.
  public var status: RPC.Status { ErrorDetails.status(self) }

  /// The refusal in a status; what its details do not say stays empty.
  public init(_ status: RPC.Status) { self = ErrorDetails.refusal(status) }
}
