import Environment
import Testing
import Values

@testable import RecordStore

@Suite("Reading and writing rows")
struct AccessTests {
  let store: Store

  init() throws { store = try Store() }

  private static let values = Migration(
    version: 1, name: "create_values",
    sql: "CREATE TABLE things (id INTEGER PRIMARY KEY, i INTEGER, t TEXT, b BLOB) STRICT;")

  @Test("gives back every kind of value as it was written")
  func roundTrips() async throws {
    let database = try store.open(migrations: [Self.values])
    let identifier = store.environment.identifiers.next()
    let moment = Instant(microseconds: -5)
    let quantity = try Quantity(millionths: 1_500_000)
    try await database.write { transaction in
      let insert = "INSERT INTO things (id, i, t, b) VALUES (?, ?, ?, ?)"
      try transaction.execute(insert, 1, Int64.min, "Ünïcödé 🏭", [UInt8]([0, 255]))
      try transaction.execute(insert, 2, moment, SiteCode("PLANT1"), identifier)
      try transaction.execute(insert, 3, quantity, "", [UInt8]())
      try transaction.execute(insert, 5, true, SQLValue.null, Identifier?.some(identifier))
    }
    let select = "SELECT i, t, b FROM things WHERE id = ?"
    let plain = try await database.read {
      try $0.row(select, 1) { (try $0.int64(0), try $0.text(1), try $0.blob(2)) }
    }
    #expect(try #require(plain) == (Int64.min, "Ünïcödé 🏭", [0, 255]))
    let ours = try await database.read {
      try $0.row(select, 2) { (try $0.instant(0), try $0.site(1), try $0.identifier(2)) }
    }
    #expect(try #require(ours) == (moment, SiteCode("PLANT1"), identifier))
    let empty = try await database.read {
      try $0.row(select, 3) { (try $0.quantity(0), try $0.text(1), try $0.blob(2)) }
    }
    #expect(try #require(empty) == (quantity, "", []))
    let flags = try await database.read {
      try $0.row(select, 5) { (try $0.bool(0), try $0.value(1), try $0.optionalIdentifier(2)) }
    }
    #expect(try #require(flags) == (true, .null, identifier))
    await database.close()
  }

  @Test("keeps a text with a NUL character whole, and an empty value apart from NULL")
  func keepsNULAndEmpty() async throws {
    let database = try store.open(migrations: [Self.values])
    let text = "a\u{0}b"
    try await database.write {
      try $0.execute("INSERT INTO things (id, t, b) VALUES (1, ?, ?)", text, [UInt8]())
      try $0.execute("INSERT INTO things (id, t, b) VALUES (2, ?, ?)", "", [UInt8]?.none)
    }
    let rows = try await database.read {
      try $0.rows("SELECT t, b FROM things ORDER BY id") { [try $0.value(0), try $0.value(1)] }
    }
    #expect(rows == [[.text(text), .blob([])], [.text(""), .null]])
    await database.close()
  }

  @Test("refuses too few and too many arguments", arguments: [0, 1, 3])
  func refusesWrongCount(count: Int) async throws {
    let database = try store.open(migrations: [Self.values])
    let arguments = (0..<count).map { $0 as any SQLConvertible & Sendable }
    await #expect {
      try await database.write {
        try $0.execute("INSERT INTO things (id, i) VALUES (?, ?)", arguments: arguments)
      }
    } throws: { error in
      guard case .sql(_, let text) = error as? RecordStoreError else { return false }
      return text.contains("\(count) arguments")
    }
    await database.close()
  }

  @Test("gives NULL back as nil, in every type")
  func readsNull() async throws {
    let database = try store.open(migrations: [Self.values])
    let nils = try await database.read { snapshot in
      try snapshot.row("SELECT NULL") { row in
        [
          try row.optionalInt64(0) == nil, try row.optionalText(0) == nil,
          try row.optionalBlob(0) == nil, try row.optionalIdentifier(0) == nil,
          try row.optionalInstant(0) == nil, try row.optionalQuantity(0) == nil,
          try row.value(0) == .null, row.isNull(0),
        ]
      }
    }
    #expect(nils == Array(repeating: true, count: 8))
    await database.close()
  }

  @Test("refuses to read a column as what it is not")
  func refusesWrongTypes() async throws {
    let database = try store.open(migrations: [Self.values])
    try await database.write {
      try $0.execute("INSERT INTO things VALUES (1, ?, 'x', x'00')", Int64.max)
    }
    let reads: [@Sendable (Row) throws -> Void] = [
      { _ = try $0.int64(1) }, { _ = try $0.int64(3) }, { _ = try $0.text(0) },
      { _ = try $0.blob(1) }, { _ = try $0.identifier(2) }, { _ = try $0.quantity(0) },
      { _ = try $0.int64(9) }, { _ = try $0.int64(-1) },
    ]
    for (number, read) in reads.enumerated() {
      await #expect("read \(number)") {
        try await database.read { try $0.row("SELECT i, t, b, NULL FROM things", map: read) }
      } throws: { error in
        guard case .column = error as? RecordStoreError else { return false }
        return true
      }
    }
    await database.close()
  }

  @Test("answers no row with nil, and how many rows a statement has changed")
  func countsChanges() async throws {
    let database = try store.open(migrations: [Self.values])
    let counts = try await database.write { transaction in
      [
        try transaction.execute("INSERT INTO things (id) VALUES (1), (2), (3)"),
        try transaction.execute("UPDATE things SET i = 5 WHERE id > 1"),
        try transaction.execute("DELETE FROM things WHERE id = 77"),
      ]
    }
    #expect(counts == [3, 2, 0])
    let missing = try await database.read {
      try $0.row("SELECT id FROM things WHERE id = 77") { try $0.int(0) }
    }
    #expect(missing == nil)
    await database.close()
  }

  @Test("allows a query inside the closure of the same query")
  func nestsQueries() async throws {
    let database = try store.open(migrations: [Self.values])
    try await database.write {
      try $0.execute("INSERT INTO things (id, i) VALUES (1, 2), (2, 3), (3, NULL)")
    }
    let select = "SELECT i FROM things WHERE id >= ? ORDER BY id"
    let nested = try await database.read { snapshot in
      try snapshot.rows(select, 1) { outer in
        (
          try outer.optionalInt64(0),
          try snapshot.rows(select, 2) { try $0.optionalInt64(0) }
        )
      }
    }
    #expect(nested.map(\.0) == [2, 3, nil])
    #expect(nested.allSatisfy { $0.1 == [3, nil] })
    await database.close()
  }

  @Test("shows a snapshot: nothing that commits while it is read")
  func readsSnapshots() async throws {
    let database = try store.open(migrations: [Self.values])
    let count = "SELECT count(*) FROM things"
    let (before, after) = try await database.read { snapshot in
      let before = try snapshot.row(count) { try $0.int(0) }
      let written = DispatchWrite.run(in: database)
      return (before, try snapshot.row(count) { try $0.int(0) + written })
    }
    #expect(before == 0 && after == 1)
    #expect(try await database.read { try $0.row(count) { try $0.int(0) } } == 1)
    await database.close()
  }

  @Test("refuses to write through a snapshot")
  func refusesWritesWhenReading() async throws {
    let database = try store.open(migrations: [Self.values])
    await #expect(throws: RecordStoreError.self) {
      try await database.read {
        try $0.rows("INSERT INTO things (id) VALUES (1) RETURNING id") { try $0.int(0) }
      }
    }
    let count = try await database.read {
      try $0.row("SELECT count(*) FROM things") { try $0.int(0) }
    }
    #expect(count == 0)
    await database.close()
  }

  @Test("gives a read's own error to its caller, and serves the next")
  func throwsFromReads() async throws {
    let database = try store.open(migrations: [Self.values]) { $0.readers = 1 }
    await #expect(throws: Refusal(number: 1)) {
      try await database.read { snapshot in
        _ = try snapshot.rows("SELECT 1") { _ in throw Refusal(number: 1) }
      }
    }
    await #expect(throws: RecordStoreError.self) {
      try await database.read { try $0.rows("SELECT nothing") { _ in } }
    }
    #expect(try await database.read { try $0.row("SELECT 7") { try $0.int(0) } } == 7)
    await database.close()
  }

  @Test("gives an operation one time, and the next a later one")
  func freezesTime() async throws {
    let database = try store.open(migrations: [Self.values])
    let first = try await database.write { $0.now }
    store.clock.advance(milliseconds: 5)
    let second = try await database.write { $0.now }
    #expect(second == first.advanced(milliseconds: 5))
    await database.close()
  }

  @Test("refuses to attach other databases")
  func refusesAttach() async throws {
    let database = try store.open(migrations: [Self.values])
    await #expect(throws: RecordStoreError.self) {
      try await database.read { try $0.rows("ATTACH ':memory:' AS other") { _ in } }
    }
    await database.close()
  }
}
