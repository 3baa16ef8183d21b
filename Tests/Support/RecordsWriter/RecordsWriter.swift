import Environment
import Foundation
import RecordStore
import Values

#if canImport(Glibc)
  import Glibc
#endif

/// Writes numbered facts by many callers until it is killed, and says which are acknowledged.
///
/// usage: RecordsWriter DATABASE CALLERS
///
/// Each caller reports its facts 0, 1, 2, … one after the other. The program first checks what is
/// stored and prints `stored CALLER COUNT` for each, then `listening on nothing`, then
/// `done CALLER NUMBER` for each fact when its write has been answered. A caller that finds facts of
/// before says the last of them again, which must be a duplicate.
@main
enum RecordsWriter {
  private static let site = SiteCode("PLANT1")

  private static let migrations = [
    Migration(
      version: 1, name: "create_facts",
      sql: """
        CREATE TABLE facts (
          fact BLOB PRIMARY KEY CHECK (length(fact) = 16),
          caller INTEGER NOT NULL,
          number INTEGER NOT NULL,
          sequence INTEGER NOT NULL UNIQUE,
          UNIQUE (caller, number)
        ) STRICT, WITHOUT ROWID;
        """)
  ]

  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let callers = Int64(arguments[2]), callers > 0 else {
      print("usage: RecordsWriter DATABASE CALLERS")
      exit(2)
    }
    let database = try Database.open(
      DatabaseConfiguration(path: arguments[1]), migrations: migrations, environment: .system)
    let counts = try await stored(in: database, callers: callers)
    for (caller, count) in counts.enumerated() { say("stored \(caller) \(count)") }
    say("listening on nothing")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (caller, count) in counts.enumerated() {
        group.addTask { try await write(Int64(caller), from: count, to: database) }
      }
      try await group.waitForAll()
    }
  }

  private static func write(_ caller: Int64, from start: Int64, to database: Database) async throws
  {
    if start > 0, try await report(caller, start - 1, to: database) {
      throw Broken("caller \(caller)'s fact \(start - 1) was taken twice")
    }
    var number = start
    while true {
      guard try await report(caller, number, to: database) else {
        throw Broken("caller \(caller)'s new fact \(number) was answered as a duplicate")
      }
      say("done \(caller) \(number)")
      number += 1
    }
  }

  /// Whether the fact was new.
  private static func report(_ caller: Int64, _ number: Int64, to database: Database) async throws
    -> Bool
  {
    let fact = Environment.system.identifiers.next()
    let name = "\(caller)/\(number)"
    let key = FactKey.fact(
      FactIdentity(site: site, sourceSystem: "writer", sourceEventID: name))
    var content = CanonicalDigest()
    content.add(number)
    let fingerprint = Fingerprint(content, scheme: 1)
    return try await database.write { transaction in
      switch try transaction.ledger.look(up: key, fingerprint: fingerprint) {
      case .duplicate: return false
      case .conflict: throw Broken("\(name) has another content than before")
      case .new: break
      }
      let sequence = try transaction.outbox.append(
        NewEvent(type: "fact", site: site, key: name, payload: fact.bytes))
      try transaction.execute(
        "INSERT INTO facts VALUES (?, ?, ?, ?)", fact, caller, number, sequence)
      try transaction.ledger.record(key, fact: fact, fingerprint: fingerprint)
      try transaction.audit.append(
        AuditEntry(principal: "writer", origin: "", action: "report", object: name))
      return true
    }
  }

  /// How many facts each caller has; nothing else may be there, and nothing of them be missing.
  private static func stored(in database: Database, callers: Int64) async throws -> [Int64] {
    try await database.read { snapshot in
      func number(_ sql: String) throws -> Int64 {
        try snapshot.row(sql) { try $0.int64(0) } ?? -1
      }
      let facts = try number("SELECT count(*) FROM facts")
      let whole = try number(
        """
        SELECT count(*) FROM facts
        JOIN rs_outbox ON rs_outbox.sequence = facts.sequence AND payload = fact
        JOIN rs_audit ON rs_audit.sequence = facts.sequence AND object = rs_outbox.key
        WHERE object = caller || '/' || number
        """)
      let known = try number(
        "SELECT count(*) FROM rs_fact_ledger WHERE fact_id IN (SELECT fact FROM facts)")
      for table in ["rs_fact_ledger", "rs_outbox", "rs_audit"] {
        let count = try number("SELECT count(*) FROM \(table)")
        guard count == facts, whole == facts, known == facts else {
          throw Broken(
            "\(facts) facts, \(whole) of them whole, \(known) known, \(count) in \(table)")
        }
      }
      guard try number("SELECT coalesce(max(sequence), 0) FROM rs_outbox") == facts else {
        throw Broken("the events have gaps")
      }
      return try (0..<callers).map { caller in
        let (count, last) =
          try snapshot.row(
            "SELECT count(*), coalesce(max(number), -1) FROM facts WHERE caller = ?", caller
          ) { (try $0.int64(0), try $0.int64(1)) } ?? (0, -1)
        guard last == count - 1 else { throw Broken("caller \(caller)'s facts have gaps") }
        return count
      }
    }
  }

  /// Written at once and in one piece: what is said when the program dies has been said.
  private static func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }

  private struct Broken: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }
}
