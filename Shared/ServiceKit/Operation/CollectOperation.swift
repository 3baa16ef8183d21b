public import RecordStore

/// An RPC that takes a stream of requests and answers once, when the last one has come: more than one
/// message holds, as one thing.
///
/// Every request is checked as it arrives; the first that breaks a rule ends the call. What has been
/// taken is held in memory, so ``take(_:into:_:)`` must bound it.
public protocol CollectOperation: Operation where Input == Void {
  /// What has been taken so far.
  associatedtype Collected: Sendable

  /// Nothing taken.
  func begin() -> Collected

  /// Checks one request and takes it. Throw ``Refusal`` for what is wrong about all of them together.
  func take(_ request: Request, into collected: inout Collected, _ fields: inout Fields) throws

  /// Judges what was taken and does it, in as many transactions as it needs: each is a write of its own,
  /// with its own audit row.
  func finish(_ collected: Collected, _ records: CallRecords, _ call: Call) async throws -> Response
}

extension CollectOperation {
  /// Requests are checked one by one, by ``take(_:into:_:)``.
  public func validate(_ request: Request, _ fields: inout Fields) {}
}

/// The records as a call that needs several transactions works on them.
public struct CallRecords: Sendable {
  let database: Database
  let call: Call

  /// Reads one state of the records.
  public func read<T: Sendable>(_ body: @escaping @Sendable (Snapshot) throws -> T) async throws
    -> T
  {
    try await database.read(body)
  }

  /// Writes in one transaction, with an audit row for what has changed.
  /// - Parameter byteCount: about how much is written.
  public func write<T: Sendable>(
    bytes byteCount: Int, _ body: @escaping @Sendable (Transaction) throws -> Effect<T>
  ) async throws -> T {
    let call = call
    return try await database.write(bytes: byteCount) { transaction in
      let effect = try body(transaction)
      try OperationRunner.audit(effect.audit, transaction, call)
      return effect.response
    }
  }
}
