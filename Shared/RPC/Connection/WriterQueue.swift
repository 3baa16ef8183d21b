import Synchronization

/// Tasks that wait for room to write on one stream, in order.
///
/// Confined to the event loop of the stream.
struct WriterQueue {
  /// What a writer waits for: nil when it may go on, else why it can't.
  typealias Continuation = CheckedContinuation<Status?, Never>

  private var writers: [(id: UInt64, continuation: Continuation)] = []
  private static let nextID = Atomic<UInt64>(0)

  /// A number for a writer, by which its task's cancellation finds it.
  static func newID() -> UInt64 { nextID.add(1, ordering: .relaxed).newValue }

  static let cancelled = Status(code: .cancelled, message: "the writing task was cancelled")

  /// Whether nobody waits.
  var isEmpty: Bool { writers.isEmpty }

  /// Lets a writer wait.
  mutating func append(_ id: UInt64, _ continuation: Continuation) {
    writers.append((id, continuation))
  }

  /// Lets all go on, or fail.
  mutating func resumeAll(with status: Status?) {
    guard !writers.isEmpty else { return }
    let resumed = writers
    writers = []
    for writer in resumed { writer.continuation.resume(returning: status) }
  }

  /// The task of a writer was cancelled.
  mutating func cancel(_ id: UInt64) {
    guard let index = writers.firstIndex(where: { $0.id == id }) else { return }
    writers.remove(at: index).continuation.resume(returning: Self.cancelled)
  }
}
