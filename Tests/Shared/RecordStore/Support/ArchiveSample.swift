import Environment
import Foundation
import Values

@testable import RecordStore

/// Orders with reports, closed on days of 2026, as the tests of archives have them.
enum ArchiveSample {
  static let plan = ArchivePlan(
    name: "orders",
    due: """
      SELECT id, revision, name, closed_at FROM orders WHERE archived = 0 AND closed_at < ?1
      ORDER BY closed_at LIMIT ?2
      """,
    take: "UPDATE orders SET archived = 1 WHERE id = ?1 AND revision = ?2",
    tables: [
      .init("orders", key: "id", order: "id", isKept: true),
      .init("reports", key: "order_id", order: "sequence"),
    ])

  static let migrations = [
    Migration(
      version: 1, name: "create_orders",
      sql: """
        CREATE TABLE orders (
          id INTEGER PRIMARY KEY, name TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 1,
          closed_at INTEGER, archived INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE TABLE reports (
          sequence INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id),
          good INTEGER NOT NULL, note TEXT
        ) STRICT;
        CREATE INDEX reports_by_order ON reports (order_id);
        """)
  ]

  /// Noon of a day, counted from 1 January.
  static func noon(day: Int64) -> Instant { Instant(seconds: 1_767_268_800 + day * 86_400) }
}

extension RecordStore.Database {
  /// Stores an order with so many reports, numbered from a thousand times its own number.
  func order(_ id: Int64, closedOn day: Int64?, reports: Int) async throws {
    try await write { transaction in
      try transaction.execute(
        "INSERT INTO orders (id, name, closed_at) VALUES (?, ?, ?)", id, "MO/\(id)",
        day.map(ArchiveSample.noon(day:)))
      for number in 0..<reports {
        try transaction.execute(
          "INSERT INTO reports (sequence, order_id, good) VALUES (?, ?, 5)",
          1_000 * id + Int64(number), id)
      }
    }
  }

  /// The sequences of an order's reports, wherever they are.
  @discardableResult
  func reports(of id: Int64) async throws -> [Int64] {
    try await read { snapshot in
      let isArchived = try snapshot.row("SELECT archived FROM orders WHERE id = ?", id) {
        try $0.bool(0)
      }
      func find(_ source: Snapshot) throws -> [Int64] {
        try source.rows("SELECT sequence FROM reports WHERE order_id = ? ORDER BY sequence", id) {
          try $0.int64(0)
        }
      }
      return try isArchived == true
        ? snapshot.archived(ArchiveSample.plan, key: id, find) : find(snapshot)
    }
  }

  /// Moves what was closed before a day.
  @discardableResult
  func archive(closedBeforeDay day: Int64) async throws -> Int {
    try await archive(ArchiveSample.plan, closedBefore: ArchiveSample.noon(day: day))
  }

  func rowCount(_ table: String) async throws -> Int64 {
    try await read { try $0.row("SELECT count(*) FROM \(table)") { try $0.int64(0) } ?? -1 }
  }
}

extension Store {
  /// What is wrong with the archives.
  func archiveFindings() throws -> [String] {
    try DatabaseArchives.verify(path, now: clock.now).flatMap(\.findings)
  }
}
