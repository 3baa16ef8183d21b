import Environment
import GRDB
import Testing
import Values

@testable import RecordStore

struct Refusal: Error, Equatable { let number: Int }

@Suite("The group commit")
struct GroupCommitTests {
  let store: Store

  init() throws { store = try Store() }

  @Test("answers nobody, whatever the answer, before COMMIT has returned")
  func answersAfterCommit() async throws {
    let ran = Shared(0)
    let answered = Shared(0)
    let committed = Shared(0)
    let early = Shared<[String]>([])
    var seams = DatabaseSeams()
    seams.commit = CommitStep { connection in
      let (ranSoFar, before) = (ran.withLock { $0 }, committed.withLock { $0 })
      let answers = answered.withLock { $0 }
      if answers > before {
        early.withLock { $0.append("\(answers) answers, \(before) committed") }
      }
      try CommitStep().run(connection)
      committed.withLock { $0 = ranSoFar }
    }
    let database = try store.open(seams: seams)
    let environment = store.environment
    try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<32 {
        group.addTask {
          for round in 0..<10 {
            let id = environment.identifiers.next()
            do {
              try await database.write { transaction in
                ran.withLock { $0 += 1 }
                if round % 3 == 0 { throw Refusal(number: caller) }
                try transaction.execute(
                  "INSERT INTO reports (id, good) VALUES (?, ?)", id, round)
              }
            } catch let refusal as Refusal {
              #expect(refusal.number == caller && round % 3 == 0)
            }
            answered.withLock { $0 += 1 }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(early.withLock { $0 } == [])
    #expect(try await database.reportCount() == 32 * 6)
    #expect(database.counters.writes == 320)
    await database.close()
  }

  @Test("puts what has queued meanwhile into one transaction")
  func groupsWhatQueued() async throws {
    let faults = CommitFaults()
    let database = try store.open(seams: faults.seams)
    let tasks = try await Plug.batch(of: 50, in: database) {
      (0..<50).map { good in
        Task { [store] in try await database.report(good: Int64(good), store.environment) }
      }
    }
    for task in tasks { _ = try await task.value }
    #expect(faults.attempts == 2)
    #expect(database.counters.batches == 2)
    #expect(try await database.reportCount() == 50)
    await database.close()
  }

  @Test("takes at most the configured number of writes into one transaction")
  func boundsBatches() async throws {
    let database = try store.open { $0.maximumBatch = 8 }
    let tasks = try await Plug.batch(of: 20, in: database) {
      (0..<20).map { good in
        Task { [store] in try await database.report(good: Int64(good), store.environment) }
      }
    }
    for task in tasks { _ = try await task.value }
    #expect(database.counters.batches == 1 + 3)
    await database.close()
  }

  @Test("rolls back a write that throws, and only that one")
  func rollsBackRefused() async throws {
    let database = try store.open()
    let environment = store.environment
    let tasks = try await Plug.batch(of: 9, in: database) {
      (0..<9).map { number in
        Task {
          let id = environment.identifiers.next()
          try await database.write { transaction in
            try transaction.execute(
              "INSERT INTO reports (id, good) VALUES (?, ?)", id, number)
            try transaction.outbox.append(event("\(number)"))
            if number % 3 == 1 { throw Refusal(number: number) }
          }
        }
      }
    }
    for (number, task) in tasks.enumerated() {
      let result = await task.result
      if number % 3 == 1 {
        #expect(throws: Refusal(number: number)) { try result.get() }
      } else {
        #expect(throws: Never.self) { try result.get() }
      }
    }
    #expect(database.counters.batches == 2)
    let stored = try await database.read {
      try $0.rows("SELECT good FROM reports") { try $0.int(0) }
    }
    #expect(Set(stored) == [0, 2, 3, 5, 6, 8])
    let events = try await database.read { try $0.feed.events(after: 0, limit: 100) }.events
    #expect(events.map(\.sequence) == [1, 2, 3, 4, 5, 6])
    #expect(Set(events.map(\.key)) == ["0", "2", "3", "5", "6", "8"])
    await database.close()
  }

  @Test("runs a batch again only when one of its writes throws after it has written")
  func runsAgainOnlyThen() async throws {
    let database = try store.open()
    let environment = store.environment
    for (throwsAfterWriting, expected) in [(false, 4), (true, 8)] {
      let runs = Shared(0)
      let tasks = try await Plug.batch(of: 4, in: database) {
        (0..<4).map { number in
          Task {
            let id = environment.identifiers.next()
            try await database.write { transaction in
              runs.withLock { $0 += 1 }
              if number == 3, !throwsAfterWriting { throw Refusal(number: number) }
              try transaction.execute("INSERT INTO reports (id, good) VALUES (?, 1)", id)
              if number == 3 { throw Refusal(number: number) }
            }
          }
        }
      }
      for task in tasks { _ = await task.result }
      // The one that throws may have queued anywhere among them.
      let count = runs.withLock { $0 }
      #expect(throwsAfterWriting ? (5...expected).contains(count) : count == expected)
    }
    #expect(try await database.reportCount() == 6)
    await database.close()
  }

  @Test("calls what is to be done after a commit once, in order, before anybody is answered")
  func callsAfterCommit() async throws {
    let database = try store.open()
    let environment = store.environment
    let done = Shared([Int]())
    let tasks = try await Plug.batch(of: 4, in: database) {
      (0..<4).map { number in
        Task {
          let id = environment.identifiers.next()
          try await database.write { transaction in
            transaction.afterCommit { done.withLock { $0.append(number) } }
            try transaction.execute("INSERT INTO reports (id, good) VALUES (?, 1)", id)
            // The batch runs a second time because of this one, and nothing of it is called.
            if number == 2 { throw Refusal(number: number) }
          }
          return done.withLock { $0.contains(number) }
        }
      }
    }
    for (number, task) in tasks.enumerated() where number != 2 {
      #expect(try await task.value, "the answer came before the action of \(number)")
    }
    let calls = done.withLock { $0 }
    #expect(calls.count == 3)
    #expect(Set(calls) == [0, 1, 3])
    await database.close()
  }

  @Test("lets a write see what the earlier ones of its batch wrote")
  func seesNeighbours() async throws {
    let database = try store.open()
    let environment = store.environment
    let tasks = try await Plug.batch(of: 10, in: database) {
      (0..<10).map { _ in
        Task {
          let id = environment.identifiers.next()
          return try await database.write { transaction in
            try transaction.execute("INSERT INTO reports (id, good) VALUES (?, 1)", id)
            return try transaction.row("SELECT count(*) FROM reports") { try $0.int(0) }
          }
        }
      }
    }
    var counts: [Int?] = []
    for task in tasks { counts.append(try await task.value) }
    #expect(Set(counts) == Set(1...10))
    #expect(database.counters.batches == 2)
    await database.close()
  }

  @Test("keeps the words and the kind of a broken rule, and goes on")
  func reportsConstraints() async throws {
    let database = try store.open()
    let id = try await database.report(good: 1, store.environment)
    await #expect {
      try await database.write {
        try $0.execute("INSERT INTO reports (id, good) VALUES (?, 1)", id)
      }
    } throws: { error in
      guard case .constraint(.unique, let text) = error as? RecordStoreError else { return false }
      return text.contains("reports.id")
    }
    let kinds: [(String, RecordStoreError.ConstraintKind)] = [
      ("INSERT INTO reports (id, good) VALUES (x'01', -1)", .check),
      ("INSERT INTO reports (id) VALUES (x'02')", .notNull),
      ("INSERT INTO reports (id, good) VALUES (x'03', 'many')", .dataType),
    ]
    for (sql, kind) in kinds {
      await #expect {
        try await database.write { try $0.execute(sql) }
      } throws: { error in
        guard case .constraint(kind, _) = error as? RecordStoreError else { return false }
        return true
      }
    }
    #expect(try await database.reportCount() == 1)
    await database.close()
  }

  @Test("keeps what a write did before an error that it handles itself")
  func allowsHandledErrors() async throws {
    let database = try store.open()
    let environment = store.environment
    let id = environment.identifiers.next()
    let refused = try await database.write { transaction -> Bool in
      try transaction.execute("INSERT INTO reports (id, good) VALUES (?, 1)", id)
      do {
        try transaction.execute("INSERT INTO reports (id, good) VALUES (?, 2)", id)
        return false
      } catch RecordStoreError.constraint(.unique, _) {
        return true
      }
    }
    #expect(refused)
    #expect(try await database.reportCount() == 1)
    await database.close()
  }

  @Test("answers a mistake in SQL to the one who made it")
  func reportsMistakes() async throws {
    let database = try store.open()
    await #expect {
      try await database.write { try $0.execute("INSERT INTO nowhere VALUES (1)") }
    } throws: { error in
      guard case .sql(_, let text) = error as? RecordStoreError else { return false }
      return text.contains("nowhere")
    }
    await #expect {
      try await database.write { try $0.execute("INSERT INTO orders VALUES (?)") }
    } throws: { ($0 as? RecordStoreError) != nil }
    try await database.report(good: 1, store.environment)
    await database.close()
  }

  @Test("refuses with overloaded when as many wait as the queue holds")
  func refusesOverload() async throws {
    let database = try store.open { $0.maximumQueuedWrites = 5 }
    let tasks = try await Plug.batch(of: 5, in: database) {
      let tasks = (0..<5).map { good in
        Task { [store] in try await database.report(good: Int64(good), store.environment) }
      }
      try await eventually("five wait") { database.queuedWrites == 5 }
      await #expect(throws: RecordStoreError.overloaded(bound: 5)) {
        try await database.write { _ in }
      }
      return tasks
    }
    for task in tasks { _ = try await task.value }
    #expect(try await database.reportCount() == 5)
    await database.close()
  }

  @Test("refuses with overloaded when as many bytes wait as the queue holds, but always takes one")
  func refusesTooManyBytes() async throws {
    let database = try store.open { $0.maximumQueuedBytes = 1_000 }
    let tasks = try await Plug.batch(of: 3, in: database) {
      let tasks = [600, 400, 0].map { bytes in
        Task { try await database.write(bytes: bytes) { _ in } }
      }
      try await eventually("three wait") { database.queuedWrites == 3 }
      await #expect(throws: RecordStoreError.overloaded(bound: 3)) {
        try await database.write(bytes: 1) { _ in }
      }
      return tasks
    }
    for task in tasks { try await task.value }
    try await database.write(bytes: 5_000) { _ in }
    await database.close()
  }

  @Test("does not run a write whose task is cancelled already")
  func skipsCancelled() async throws {
    let database = try store.open()
    let environment = store.environment
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await database.report(good: 1, environment)
    }
    await #expect(throws: CancellationError.self) { _ = try await task.value }
    #expect(try await database.reportCount() == 0)
    await database.close()
  }

  @Test("serves what has queued before it closes")
  func drainsBeforeClosing() async throws {
    let database = try store.open()
    let (tasks, closing) = try await Plug.batch(of: 10, in: database) {
      let tasks = (0..<10).map { good in
        Task { [store] in try await database.report(good: Int64(good), store.environment) }
      }
      try await eventually("ten wait") { database.queuedWrites == 10 }
      let closing = Task { await database.close() }
      return (tasks, closing)
    }
    for task in tasks { _ = try await task.value }
    await closing.value
    let again = try store.open()
    #expect(try await again.reportCount() == 10)
    await again.close()
  }

  @Test("counts every row of 128 callers exactly once")
  func serves128Callers() async throws {
    let database = try store.open()
    let environment = store.environment
    try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<128 {
        group.addTask {
          for _ in 0..<25 { try await database.report(good: Int64(caller), environment) }
        }
      }
      try await group.waitForAll()
    }
    let perCaller = try await database.read {
      try $0.rows("SELECT count(*) FROM reports GROUP BY good") { try $0.int(0) }
    }
    #expect(perCaller == Array(repeating: 25, count: 128))
    #expect(database.counters.batches < 128 * 25)
    await database.close()
  }
}
