import Environment
import Testing
import Values

@testable import RecordStore

@Suite("The outbox and its feed")
struct OutboxTests {
  let store: Store

  init() throws { store = try Store() }

  @Test("numbers events 1, 2, 3, … without gaps, whatever is refused in between")
  func numbersWithoutGaps() async throws {
    let database = try store.open()
    let tasks = try await Plug.batch(of: 40, in: database) {
      (0..<40).map { number in
        Task {
          try await database.write { transaction in
            for _ in 0..<(number % 4) { try transaction.outbox.append(event("\(number)")) }
            if number % 5 == 0 { throw Refusal(number: number) }
          }
        }
      }
    }
    for task in tasks { _ = await task.result }
    let events = try await database.read { try $0.feed.events(after: 0, limit: 1_000) }.events
    #expect(events.map(\.sequence) == Array(1...Int64(events.count)))
    // 60 appended, 12 of them by the eight that are refused.
    #expect(events.count == 48)
    #expect(database.head == Int64(events.count))
    await database.close()
  }

  @Test("gives back what was written, with the time of recording")
  func readsBack() async throws {
    let database = try store.open()
    let written = NewEvent(
      type: "test.v1.Happened", site: SiteCode("PLANT1"), key: "MO/Ä🏭1", payload: [0, 1, 255])
    let empty = NewEvent(type: "t", site: SiteCode("S"), key: "", payload: [])
    let (first, second) = try await database.write { transaction in
      (try transaction.outbox.append(written), try transaction.outbox.append(empty))
    }
    #expect((first, second) == (1, 2))
    let events = try await database.read { try $0.feed.events(after: 0, limit: 10) }.events
    let now = store.environment.clock.now
    #expect(
      events == [
        FeedEvent(sequence: 1, recordedAt: now, content: written),
        FeedEvent(sequence: 2, recordedAt: now, content: empty),
      ])
    await database.close()
  }

  @Test("pages in order, filters by type and site, and moves on where nothing matches")
  func pagesAndFilters() async throws {
    let database = try store.open()
    try await database.write { transaction in
      for number in 0..<30 {
        try transaction.outbox.append(
          event("\(number)", type: "t\(number % 3)", site: number < 20 ? "A" : "B"))
      }
    }
    let pages = try await database.read { snapshot in
      [
        try snapshot.feed.events(after: 0, limit: 10),
        try snapshot.feed.events(after: 25, limit: 10),
        try snapshot.feed.events(after: 0, limit: 3, types: ["t0", "t1"]),
        try snapshot.feed.events(after: 0, limit: 100, types: ["t2"], site: SiteCode("B")),
        try snapshot.feed.events(after: 0, limit: 100, site: SiteCode("C")),
        try snapshot.feed.events(after: 30, limit: 100),
        try snapshot.feed.events(after: 99, limit: 100),
      ]
    }
    #expect(pages[0].events.map(\.sequence) == Array(1...10) && pages[0].through == 10)
    #expect(pages[1].events.map(\.sequence) == Array(26...30) && pages[1].through == 30)
    #expect(pages[2].events.map(\.sequence) == [1, 2, 4] && pages[2].through == 4)
    #expect(pages[3].events.map(\.sequence) == [21, 24, 27, 30] && pages[3].through == 30)
    #expect(pages[4] == EventPage(events: [], through: 30))
    #expect(pages[5] == EventPage(events: [], through: 30))
    #expect(pages[6] == EventPage(events: [], through: 99))
    await database.close()
  }

  @Test("looks at a bounded number of events a call, and loses none by it")
  func boundsScans() async throws {
    let database = try store.open()
    let count = Int(EventFeed.maximumScan) + 10
    try await database.write { transaction in
      for _ in 0..<count { try transaction.outbox.append(event("common", type: "common")) }
      try transaction.outbox.append(event("rare", type: "rare"))
    }
    let first = try await database.read {
      try $0.feed.events(after: 0, limit: 10, types: ["rare"])
    }
    #expect(first == EventPage(events: [], through: EventFeed.maximumScan))
    let second = try await database.read {
      try $0.feed.events(after: first.through, limit: 10, types: ["rare"])
    }
    #expect(second.events.map(\.key) == ["rare"])
    await database.close()
  }

  @Test("goes on with the same numbers after a restart")
  func continuesAfterRestart() async throws {
    let first = try store.open()
    try await first.write { for _ in 0..<3 { try $0.outbox.append(event()) } }
    await first.close()
    let second = try store.open()
    #expect(second.head == 3)
    #expect(try await second.write { try $0.outbox.append(event()) } == 4)
    await second.close()
  }
}

@Suite("Consumers of the feed")
struct ConsumerTests {
  let store: Store

  init() throws { store = try Store() }

  private func filled(_ count: Int) async throws -> RecordStore.Database {
    let database = try store.open()
    try await database.write { for _ in 0..<count { try $0.outbox.append(event()) } }
    return database
  }

  @Test("are registered once and keep their place")
  func registerOnce() async throws {
    let database = try await filled(5)
    let registeredAt = store.environment.clock.now
    try await database.write { try $0.outbox.register("gateway") }
    try await database.write { try $0.outbox.acknowledge("gateway", through: 3) }
    store.clock.advance(milliseconds: 60_000)
    let again = try await database.write { try $0.outbox.register("gateway") }
    #expect(again.acknowledged == 3 && again.registeredAt == registeredAt)
    let lags = try await database.read { try $0.feed.lags() }
    #expect(lags.map(\.consumer) == [again] && lags.map(\.eventCount) == [2])
    #expect(lags.map(\.oldestRecordedAt) == [registeredAt])
    #expect(lags[0].oldestAgeMilliseconds(at: store.environment.clock.now) == 60_000)
    await database.close()
  }

  @Test("acknowledge forwards only, and never beyond the newest event")
  func acknowledgeForwards() async throws {
    let database = try await filled(5)
    try await database.write { try $0.outbox.register("gateway") }
    let answers = try await database.write { transaction in
      try [2, 4, 1, 4].map { try transaction.outbox.acknowledge("gateway", through: $0) }
    }
    #expect(answers == [2, 4, 4, 4])
    await #expect(throws: RecordStoreError.acknowledgementBeyondHead(head: 5)) {
      try await database.write { try $0.outbox.acknowledge("gateway", through: 6) }
    }
    await #expect(throws: RecordStoreError.unknownConsumer("nobody")) {
      try await database.write { try $0.outbox.acknowledge("nobody", through: 1) }
    }
    await database.close()
  }

  @Test("decide together how long events are kept")
  func keepForSlowest() async throws {
    let database = try await filled(10)
    #expect(try await database.pruneEvents() == 0)
    try await database.write { transaction in
      try transaction.outbox.register("gateway")
      try transaction.outbox.register("archive")
      try transaction.outbox.acknowledge("gateway", through: 8)
    }
    #expect(try await database.pruneEvents() == 0)
    try await database.write { try $0.outbox.acknowledge("archive", through: 6) }
    #expect(try await database.pruneEvents() == 6)
    #expect(try await database.pruneEvents() == 0)
    let page = try await database.read { try $0.feed.events(after: 0, limit: 100) }
    #expect(page.events.map(\.sequence) == [7, 8, 9, 10])
    try await database.write { try $0.outbox.unregister("archive") }
    #expect(try await database.pruneEvents() == 2)
    await database.close()
  }

  @Test("never make a number come again, though every event is pruned")
  func neverReuseNumbers() async throws {
    let database = try await filled(4)
    try await database.write { transaction in
      try transaction.outbox.register("gateway")
      try transaction.outbox.acknowledge("gateway", through: 4)
    }
    #expect(try await database.pruneEvents() == 4)
    #expect(try await database.read { try $0.feed.head } == 4)
    await database.close()
    let again = try store.open()
    #expect(again.head == 4)
    #expect(try await again.write { try $0.outbox.append(event()) } == 5)
    let late = try await again.write { try $0.outbox.register("late") }
    #expect(late.acknowledged == 4)
    await again.close()
  }

  @Test("are freed of old events in bounded steps")
  func pruneInSteps() async throws {
    let count = RecordStore.Database.maximumPrune
    let database = try await filled(Int(count) + 5)
    try await database.write { transaction in
      try transaction.outbox.register("gateway")
      try transaction.outbox.acknowledge("gateway", through: count + 5)
    }
    #expect(try await database.pruneEvents() == count)
    #expect(try await database.pruneEvents() == 5)
    #expect(try await database.pruneEvents() == 0)
    await database.close()
  }
}
