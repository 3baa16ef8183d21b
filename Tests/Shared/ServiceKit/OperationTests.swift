import Contracts
import Environment
import Foundation
import Identity
import Logging
import Protobuf
import RPC
import RecordStore
import Testing
import Values

@testable import ServiceKit

/// A service of one table, to see the sequence of a call: a note is kept under its order's name.
/// The messages are Production's; the operations are the tests' own.
private struct KeepNote: IdentifiedWriteOperation {
  static let method = Production.V1.ProductionService.acknowledgeOrder
  /// The second rule looks at the site, too.
  static let contentScheme = 2

  struct Input: Sendable {
    var requestID: String
    var order: OrderKey
  }

  func site(of request: Production.V1.AcknowledgeOrderRequest) -> String? { request.site }

  func validate(_ request: Production.V1.AcknowledgeOrderRequest, _ fields: inout Fields) -> Input {
    Input(
      requestID: fields.text(request.requestID, "request_id", Fields.requestIDRule),
      order: fields.orderKey(site: request.site, name: request.orderName))
  }

  func identity(of input: Input) -> WriteIdentity {
    .command(site: input.order.site, requestID: input.requestID)
  }

  func addContent(of input: Input, scheme: Int, to digest: inout CanonicalDigest) {
    digest.add(input.order.name)
    if scheme >= 2 { digest.add(input.order.site.text) }
  }

  func execute(_ input: Input, fact: Identifier, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Production.V1.AcknowledgeOrderResponse>
  {
    try transaction.execute(
      "INSERT INTO notes (fact, name) VALUES (?, ?)", fact, input.order.name)
    try transaction.outbox.append(
      NewEvent(type: "note", site: input.order.site, key: input.order.name, payload: []))
    if input.order.name == "FORBIDDEN" {
      throw Refusal(.failedPrecondition, reason: "FORBIDDEN_NAME", "no such note")
    }
    return Effect(.with { $0.receipt = .accepted }, audit: AuditNote(object: input.order.name))
  }

  func answerAgain(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Production.V1.AcknowledgeOrderResponse
  {
    let name = try snapshot.row("SELECT name FROM notes WHERE fact = ?", fact) { try $0.text(0) }
    return .with {
      $0.receipt = .duplicate
      $0.order = .with { $0.name = name ?? "" }
    }
  }
}

@Suite("Operations")
final class OperationTests: Sendable {
  private let path: String
  private let database: Database
  private let context: ServiceContext
  private let call = Call(
    principal: Principal(subject: "mes", kind: .partner, sites: [SiteCode("P")]), method: "m",
    origin: "here")

  init() throws {
    path = NSTemporaryDirectory() + "millrace-operations-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let environment = Environment.manual(seed: 1).environment
    database = try Database.open(
      DatabaseConfiguration(path: path + "/notes.sqlite"),
      migrations: [
        Migration(
          version: 1, name: "create_notes",
          sql: "CREATE TABLE notes (fact BLOB NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE) STRICT;")
      ], environment: environment)
    context = ServiceContext(
      database: database, authenticate: { _ in throw Refusal.unauthenticated },
      sites: [SiteCode("P")], environment: environment,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), drain: Drain())
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  private func keep(_ name: String, request: String) async throws
    -> Production.V1.AcknowledgeOrderResponse
  {
    let input = KeepNote.Input(
      requestID: request, order: OrderKey(site: SiteCode("P"), name: name))
    return try await OperationRunner.run(KeepNote(), input, call, context)
  }

  private func counts() async throws -> [Int64] {
    try await database.read { snapshot in
      try ["notes", "rs_fact_ledger", "rs_outbox", "rs_audit"].map { table in
        try snapshot.row("SELECT count(*) FROM \(table)") { try $0.int64(0) } ?? -1
      }
    }
  }

  @Test("A write leaves its record, its identity, its event and its audit row, together")
  func write() async throws {
    #expect(try await keep("A", request: "1").receipt == .accepted)
    #expect(try await counts() == [1, 1, 1, 1])
    await database.close()
  }

  @Test("Said again it is answered from the records and leaves nothing")
  func duplicate() async throws {
    _ = try await keep("A", request: "1")
    let again = try await keep("A", request: "1")
    #expect(again.receipt == .duplicate)
    #expect(again.order?.name == "A")
    #expect(try await counts() == [1, 1, 1, 1])
    await database.close()
  }

  @Test("The same identity with other content is refused")
  func reused() async throws {
    _ = try await keep("A", request: "1")
    let refusal = await #expect(throws: Refusal.self) { try await keep("B", request: "1") }
    #expect(refusal?.reason == "REQUEST_ID_REUSED")
    #expect(refusal?.code == .alreadyExists)
    #expect(try await counts() == [1, 1, 1, 1])
    await database.close()
  }

  @Test("What was recorded under an older rule of contents is compared by that rule")
  func olderScheme() async throws {
    let fact = Identifier(high: 1, low: 2)
    try await database.write { transaction in
      try transaction.execute("INSERT INTO notes (fact, name) VALUES (?, ?)", fact, "A")
      var content = CanonicalDigest()
      content.add("A")
      try transaction.ledger.record(
        .command(site: SiteCode("P"), partner: "mes", requestID: "1"), fact: fact,
        fingerprint: Fingerprint(content, scheme: 1))
    }
    #expect(try await keep("A", request: "1").receipt == .duplicate)
    let refusal = await #expect(throws: Refusal.self) { try await keep("B", request: "1") }
    #expect(refusal?.reason == "REQUEST_ID_REUSED")
    await database.close()
  }

  @Test("A refusal takes back everything the operation has done, and is not remembered")
  func refusal() async throws {
    for _ in 1...2 {
      let refusal = await #expect(throws: Refusal.self) {
        try await keep("FORBIDDEN", request: "1")
      }
      #expect(refusal?.reason == "FORBIDDEN_NAME")
    }
    #expect(try await counts() == [0, 0, 0, 0])
    #expect(try await keep("A", request: "1").receipt == .accepted)
    await database.close()
  }

  @Test("Many at once: each identity takes effect once")
  func concurrency() async throws {
    let receipts = try await withThrowingTaskGroup(of: Common.V1.Receipt.self) { group in
      for index in 0..<100 {
        group.addTask {
          try await self.keep("NOTE-\(index / 4)", request: "\(index / 4)").receipt
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(receipts.count { $0 == .accepted } == 25)
    #expect(receipts.count { $0 == .duplicate } == 75)
    #expect(try await counts() == [25, 25, 25, 25])
    await database.close()
  }
}

@Suite("Drain")
struct DrainTests {
  @Test("It ends the waits that stand and those that come")
  func ends() async throws {
    let drain = Drain()
    let (started, signal) = AsyncStream.makeStream(of: Void.self)
    let waiting = Task {
      try await drain.wait {
        signal.yield()
        try await Task.sleep(for: .seconds(3_600))
      }
    }
    for await _ in started { break }
    drain.begin()
    let refusal = await #expect(throws: Refusal.self) { try await waiting.value }
    #expect(refusal == .shuttingDown)
    let late = await #expect(throws: Refusal.self) {
      try await drain.wait { try await Task.sleep(for: .seconds(3_600)) }
    }
    #expect(late == .shuttingDown)
  }

  @Test("A wait that is over before the drain ends well, with what it threw if it threw")
  func undisturbed() async throws {
    let drain = Drain()
    try await drain.wait {}
    await #expect(throws: RecordStoreError.closed) {
      try await drain.wait { throw RecordStoreError.closed }
    }
  }

  @Test("Cancelling the caller cancels the wait")
  func cancellation() async throws {
    let drain = Drain()
    let (started, signal) = AsyncStream.makeStream(of: Void.self)
    let waiting = Task {
      try await drain.wait {
        signal.yield()
        try await Task.sleep(for: .seconds(3_600))
      }
    }
    for await _ in started { break }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
  }
}
