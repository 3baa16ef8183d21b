import Synchronization

/// Whether the records can be written, as the last attempt has shown.
public enum WriteState: Sendable, Hashable {
  /// The last write that reached the disk is on it.
  case writable
  /// There was no space for the last write.
  case diskFull
  /// The storage failed the last write; a sentence says how.
  case failing(String)
}

/// Keeps the state that the writer sees, and wakes whoever waits for another one.
final class WriteHealth: Sendable {
  private struct State {
    var now = WriteState.writable
    var changes: Int64 = 0
  }

  private let state = Mutex(State())
  /// Counts changes as it does events elsewhere.
  private let signal = CommitSignal(head: 0)

  var now: WriteState { state.withLock { $0.now } }

  /// A commit has written to the disk.
  func succeeded() { become(.writable) }

  /// A write could not be kept. Errors of its own making say nothing about the storage.
  func failed(_ error: RecordStoreError) {
    switch error {
    case .diskFull: become(.diskFull)
    case .ioError, .outOfMemory, .corrupted, .lockedByAnotherProcess, .settings:
      become(.failing(error.description))
    default: break
    }
  }

  private func become(_ new: WriteState) {
    let changes = state.withLock { state -> Int64? in
      guard state.now != new else { return nil }
      state.now = new
      state.changes += 1
      return state.changes
    }
    if let changes { signal.publish(head: changes) }
  }

  /// Returns the state as soon as it is another one.
  nonisolated(nonsending) func wait(otherThan known: WriteState) async throws -> WriteState {
    while true {
      let (now, changes) = state.withLock { ($0.now, $0.changes) }
      if now != known { return now }
      try await signal.wait(after: changes)
    }
  }

  /// Ends every wait with `closed`.
  func close() { signal.close() }
}
