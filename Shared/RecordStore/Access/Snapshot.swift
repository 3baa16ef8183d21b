import CSQLite
import GRDB
public import Values

/// The records at one moment: everything committed when it was taken, nothing later.
///
/// ```swift
/// let names = try await database.read { snapshot in
///   try snapshot.rows("SELECT name FROM orders WHERE site = ? ORDER BY name", site) { row in
///     try row.text(0)
///   }
/// }
/// ```
/// A ``Transaction`` is a snapshot that can also write, so a function that takes a `Snapshot`
/// serves both. Statements are prepared once per connection and kept; write SQL as constants and
/// pass every value as an argument.
public class Snapshot {
  let connection: GRDB.Database
  /// The wall clock when the operation began; one operation sees one time.
  public internal(set) var now: Instant

  /// Where archived records are; `nil` for tools, and in an archive itself.
  let archives: ArchiveShelf?

  init(connection: GRDB.Database, now: Instant, archives: ArchiveShelf? = nil) {
    self.connection = connection
    self.now = now
    self.archives = archives
  }

  /// The events of this database's outbox.
  public final var feed: EventFeed { EventFeed(snapshot: self) }

  /// Every row of a query, mapped. Bound the query with LIMIT: the result is held in memory.
  /// - Throws: ``RecordStoreError``, or what `map` throws.
  public final func rows<T>(
    _ sql: String, _ arguments: (any SQLConvertible)..., map: (Row) throws -> T
  ) throws -> [T] {
    try rows(sql, arguments: arguments, map: map)
  }

  /// The same with the arguments in an array, for queries built of a varying number of them.
  public final func rows<T>(
    _ sql: String, arguments: [any SQLConvertible], map: (Row) throws -> T
  ) throws -> [T] {
    var result: [T] = []
    try step(sql, arguments) { row in
      result.append(try map(row))
      return true
    }
    return result
  }

  /// The first row of a query, mapped, or `nil` when there is none.
  /// - Throws: ``RecordStoreError``, or what `map` throws.
  public final func row<T>(
    _ sql: String, _ arguments: (any SQLConvertible)..., map: (Row) throws -> T
  ) throws -> T? {
    try row(sql, arguments: arguments, map: map)
  }

  /// The same with the arguments in an array.
  public final func row<T>(
    _ sql: String, arguments: [any SQLConvertible], map: (Row) throws -> T
  ) throws -> T? {
    var result: T?
    try step(sql, arguments) { row in
      result = try map(row)
      return false
    }
    return result
  }

  /// Each row of a query, one after the other: for more than is held in memory.
  final func forEachRow(
    _ sql: String, _ arguments: (any SQLConvertible)..., body: (Row) throws -> Void
  ) throws {
    try step(sql, arguments) { row in
      try body(row)
      return true
    }
  }

  /// Steps through a query until the rows end or `body` answers false.
  private func step(
    _ sql: String, _ arguments: [any SQLConvertible], body: (Row) throws -> Bool
  ) throws {
    let statement = try statement(sql)
    // An unfinished SELECT would keep the connection's read mark, and with it the write-ahead log,
    // for ever.
    defer { sqlite3_reset(statement.sqliteStatement) }
    try statement.bind(arguments)
    let row = Row(statement: statement.sqliteStatement)
    while try translatingErrors({ try statement.step() }) {
      guard try body(row) else { return }
    }
  }

  /// The prepared statement of the SQL, from the connection's cache unless that one is being
  /// stepped through (a query inside the closure of the same query).
  final func statement(_ sql: String) throws -> Statement {
    try translatingErrors {
      let cached = try connection.cachedStatement(sql: sql)
      guard sqlite3_stmt_busy(cached.sqliteStatement) != 0 else { return cached }
      return try connection.makeStatement(sql: sql)
    }
  }

  /// Runs GRDB and answers its errors as ``RecordStoreError``.
  final func translatingErrors<T>(_ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as DatabaseError {
      let translated = RecordStoreError(error)
      noticed(translated)
      throw translated
    }
  }

  /// Hears of every error of SQLite, also those that the caller swallows.
  func noticed(_ error: RecordStoreError) {}
}
