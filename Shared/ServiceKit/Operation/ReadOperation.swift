public import RecordStore

/// An RPC that reads records and changes nothing.
public protocol ReadOperation: Operation {
  /// Answers from a snapshot. Throw ``Refusal`` or an error of the service's rules to refuse.
  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws -> Response
}
