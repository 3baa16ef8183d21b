import Environment
import RecordStore
import Values

/// Stored reports as Production has them: the record, its identity, its event and its audit entry.
struct ReportStore: Sendable {
  /// How the identities of facts are made: by the vendor's clock, or without any order.
  enum Identities: String, Sendable { case ordered, random }

  let database: Database
  let environment = Environment.system
  let identities: Identities

  static let site = SiteCode("PLANT1")
  static let orders: Int64 = 50

  private static let migrations = [
    Migration(
      version: 1, name: "create_reports",
      sql: """
        CREATE TABLE orders (
          order_id INTEGER PRIMARY KEY, good INTEGER NOT NULL, report_count INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE reports (
          sequence INTEGER PRIMARY KEY,
          report_id BLOB NOT NULL UNIQUE CHECK (length(report_id) = 16),
          order_id INTEGER NOT NULL REFERENCES orders (order_id),
          source_event_id TEXT NOT NULL,
          occurred_at INTEGER NOT NULL,
          good INTEGER NOT NULL CHECK (good >= 0),
          received_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX reports_by_order ON reports (order_id);
        """)
  ]

  init(_ path: String, identities: Identities = .ordered, maximumBatch: Int? = nil) async throws {
    var configuration = DatabaseConfiguration(path: path)
    if let maximumBatch { configuration.maximumBatch = maximumBatch }
    self.identities = identities
    database = try Database.open(
      configuration, migrations: Self.migrations, environment: .system)
    try await database.write { transaction in
      for order in 1...Self.orders {
        try transaction.execute(
          "INSERT INTO orders VALUES (?, 0, 0) ON CONFLICT (order_id) DO NOTHING", order)
      }
    }
  }

  /// Reports forty pieces of a source event, durably.
  func report(_ event: String, _ number: Int) async throws {
    let fact = environment.identifiers.next()
    try await database.write { try Self.insert(fact, event, number, $0) }
  }

  /// So many reports in one transaction: to fill a database, not to measure.
  func fill(_ count: Int) async throws {
    let reports = (0..<count).map { _ in (environment.identifiers.next(), sourceEvent()) }
    try await database.write { transaction in
      for (number, report) in reports.enumerated() {
        try Self.insert(report.0, report.1, number, transaction)
      }
    }
  }

  /// How many reports there are.
  func count() async throws -> Int64 {
    try await database.read {
      try $0.row("SELECT count(*) FROM reports") { try $0.int64(0) } ?? 0
    }
  }

  /// A UUID of version 7, or of random digits.
  func sourceEvent() -> String {
    let identifier =
      identities == .ordered
      ? environment.identifiers.next()
      : Identifier(high: environment.randomness.next(), low: environment.randomness.next())
    let digits = Array(identifier.description)
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
      .joined(separator: "-")
  }

  private static func insert(
    _ fact: Identifier, _ event: String, _ number: Int, _ transaction: Transaction
  ) throws {
    let key = FactKey.fact(
      FactIdentity(site: site, sourceSystem: "mes-line-1", sourceEventID: event))
    var content = CanonicalDigest()
    content.add(Int64(number))
    let fingerprint = Fingerprint(content, scheme: 1)
    guard try transaction.ledger.look(up: key, fingerprint: fingerprint) == .new else { return }
    let order = Int64(number) % orders + 1
    try transaction.execute(
      """
      INSERT INTO reports (report_id, order_id, source_event_id, occurred_at, good, received_at)
      VALUES (?, ?, ?, ?, ?, ?)
      """, fact, order, event, transaction.now, 40, transaction.now)
    try transaction.execute(
      "UPDATE orders SET good = good + 40, report_count = report_count + 1 WHERE order_id = ?",
      order)
    try transaction.ledger.record(key, fact: fact, fingerprint: fingerprint)
    try transaction.outbox.append(
      NewEvent(
        type: "millrace.production.v1.OrderTotalsChanged", site: site, key: "WH/MO/\(order)",
        payload: [UInt8](repeating: 7, count: 120)))
    try transaction.audit.append(
      AuditEntry(
        principal: "mes-line-1", origin: "10.0.0.7", action: "ProductionService/ReportProduction",
        object: "PLANT1 WH/MO/\(order)", digestBefore: content.bytes(),
        digestAfter: content.bytes()))
  }
}
