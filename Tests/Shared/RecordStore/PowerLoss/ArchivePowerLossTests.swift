import Testing

@testable import RecordStore

@Suite("After a power cut while records are archived")
struct ArchivePowerLossTests {
  /// Each with so many reports.
  private static let orders: [Int64: Int] = [1: 3, 2: 1, 3: 40, 4: 2]

  /// Three orders of two months, moved in two looks, with a write between them.
  private func move() async throws -> (operations: [StorageOperation], start: Int) {
    let (store, storage) = (try Store(in: Store.memory), try FaultyStorage())
    let database = try store.open(migrations: ArchiveSample.migrations, seams: storage.seams) {
      $0.readers = 1
    }
    try await database.order(1, closedOn: 0, reports: 3)
    try await database.order(2, closedOn: 1, reports: 1)
    try await database.order(3, closedOn: 40, reports: 40)
    try await database.order(4, closedOn: nil, reports: 2)
    let start = storage.position
    #expect(try await database.archive(closedBeforeDay: 1) == 1)
    try await database.write { try $0.outbox.append(event()) }
    #expect(try await database.archive(closedBeforeDay: 60) == 2)
    await database.close()
    return (storage.operations, start)
  }

  @Test(
    "each record is whole in one place, and the next look moves the rest",
    arguments: CrashSeeds.seeds(of: "power cuts while archiving", usually: 1))
  func losesNothing(seed: UInt64) async throws {
    let (operations, start) = try await move()
    let store = try Store(in: Store.memory)
    var cuts = 0
    for kind in PowerCuts.kinds {
      var images = CutImages(operations, from: start, fates: Fates(kind, seed: seed))
      while let (position, files) = images.next(expecting: { _ in 0 }) {
        cuts += 1
        try store.replaceFiles(with: files)
        try await check(store, "cut at \(position), \(kind), seed \(seed)")
      }
    }
    #expect(cuts > 100)
  }

  private func check(_ store: Store, _ place: Comment) async throws {
    let database = try store.open(migrations: ArchiveSample.migrations) { $0.readers = 1 }
    try await expectAll(in: database, place)
    while try await database.archive(closedBeforeDay: 60) > 0 {}
    try await expectAll(in: database, place)
    #expect(try await database.rowCount("reports") == 2, place)
    await database.close()
    #expect(try store.archiveFindings().isEmpty, place)
  }

  private func expectAll(in database: RecordStore.Database, _ place: Comment) async throws {
    for (order, reports) in Self.orders {
      #expect(try await database.reports(of: order).count == reports, place)
    }
  }
}
