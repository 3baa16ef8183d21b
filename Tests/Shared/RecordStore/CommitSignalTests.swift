import Testing

@testable import RecordStore

@Suite("Waiting for a commit")
struct CommitSignalTests {
  let store: Store

  init() throws { store = try Store() }

  @Test("returns at once when there is a newer event already")
  func returnsAtOnce() async throws {
    let database = try store.open()
    try await database.write { try $0.outbox.append(event()) }
    try await database.waitForCommit(after: 0)
    await database.close()
  }

  @Test("wakes every waiter whose event has come, and no other")
  func wakesTheRightOnes() async throws {
    let signal = CommitSignal(head: 0)
    let woken = Shared<Set<Int64>>([])
    let tasks = (0..<10).map { after in
      Task {
        try await signal.wait(after: Int64(after))
        woken.withLock { _ = $0.insert(Int64(after)) }
      }
    }
    try await eventually("all wait") { signal.waiterCount == 10 }
    signal.publish(head: 4)
    try await eventually("four are woken") { woken.withLock { $0 } == [0, 1, 2, 3] }
    #expect(signal.waiterCount == 6)
    signal.publish(head: 10)
    for task in tasks { try await task.value }
    #expect(signal.waiterCount == 0)
  }

  @Test("misses no event however writers and waiters interleave")
  func losesNoWakeUp() async throws {
    let database = try store.open()
    let total = 400
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          var seen: Int64 = 0
          while seen < total {
            try await database.waitForCommit(after: seen)
            let page = try await database.read { [seen] in
              try $0.feed.events(after: seen, limit: 64)
            }
            #expect(page.events.map(\.sequence) == Array((seen + 1)...page.through))
            seen = page.through
          }
        }
      }
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<(total / 8) {
            try await database.write { try $0.outbox.append(event()) }
          }
        }
      }
      try await group.waitForAll()
    }
    await database.close()
  }

  @Test("ends with CancellationError when its task is cancelled, before or while it waits")
  func endsWhenCancelled() async throws {
    let signal = CommitSignal(head: 0)
    let waiting = Task { try await signal.wait(after: 0) }
    try await eventually("it waits") { signal.waiterCount == 1 }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    let early = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await signal.wait(after: 0)
    }
    await #expect(throws: CancellationError.self) { try await early.value }
    #expect(signal.waiterCount == 0)
  }

  @Test("ends with closed when the database is closed")
  func endsWhenClosed() async throws {
    let database = try store.open()
    let waiting = Task { try await database.waitForCommit(after: 0) }
    await database.close()
    await #expect(throws: RecordStoreError.closed) { try await waiting.value }
  }

  @Test("answers everyone exactly once when commits, cancellations and the end come together")
  func survivesRaces() async throws {
    for round in 0..<200 {
      let signal = CommitSignal(head: 0)
      let tasks = (0..<8).map { after in
        Task { try await signal.wait(after: Int64(after % 4)) }
      }
      async let cancelling: Void = { for task in tasks[..<4] { task.cancel() } }()
      async let publishing: Void = {
        for head in 1...4 { signal.publish(head: Int64(head)) }
      }()
      _ = await (cancelling, publishing)
      if round % 2 == 0 { signal.close() }
      for task in tasks { _ = await task.result }
      #expect(signal.waiterCount == 0)
    }
  }
}
