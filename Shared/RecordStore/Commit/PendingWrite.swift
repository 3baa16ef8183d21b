/// A write on its way through the group commit, its result type hidden.
protocol PendingWrite: AnyObject {
  /// What its request holds in memory while it waits.
  var byteCount: Int { get }
  /// Runs the body. Its result or its error is kept until the batch has been committed; an error is
  /// thrown, too, so that what it wrote is undone. May run again, after a
  /// batch that was not kept.
  func run(in transaction: Transaction) throws
  /// Answers the caller with the result or the error of the last run. Exactly one of `answer` and
  /// `fail` is called.
  func answer()
  /// Answers the caller with an error that is not of its own making.
  func fail(_ error: any Error)
}

/// A write with the continuation of its caller.
///
/// Handed from the caller to the writer's thread by the queue's lock and touched by one of them at
/// a time.
final class Write<Value: Sendable>: PendingWrite {
  let byteCount: Int
  private let body: @Sendable (Transaction) throws -> Value
  private let continuation: CheckedContinuation<Value, any Error>
  private var result: Result<Value, any Error>

  init(
    byteCount: Int, _ body: @escaping @Sendable (Transaction) throws -> Value,
    _ continuation: CheckedContinuation<Value, any Error>
  ) {
    self.byteCount = byteCount
    self.body = body
    self.continuation = continuation
    self.result = .failure(RecordStoreError.closed)
  }

  func run(in transaction: Transaction) throws {
    result = Result { try body(transaction) }
    _ = try result.get()
  }

  func answer() { continuation.resume(with: result) }

  func fail(_ error: any Error) { continuation.resume(throwing: error) }
}
