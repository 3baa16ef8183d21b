import Contracts
import Environment
import Protobuf
import RecordStore
import ServiceKit
import TestFolders
import Testing
import Values

@testable import Production

@Suite("Work orders", .timeLimit(.minutes(1)))
struct WorkOrderTests {
  private static let order = "WH/MO/00001"

  static func header(_ event: String, at seconds: Int64 = 0) -> Common.V1.FactHeader {
    .with {
      $0.sourceSystem = "mes"
      $0.sourceEventID = event
      $0.occurredAt = .init(Instant(seconds: 1_780_000_000 + seconds))
    }
  }

  @discardableResult
  private static func start(
    _ production: ProductionFixture, _ operation: String, _ event: String, at seconds: Int64 = 0
  ) async throws -> Production.V1.StartWorkOrderResponse {
    try await production.client().startWorkOrder(
      .with {
        $0.site = ProductionFixture.site
        $0.header = header(event, at: seconds)
        $0.orderName = order
        $0.operation = operation
      })
  }

  @discardableResult
  private static func pause(
    _ production: ProductionFixture, _ operation: String, _ event: String, at seconds: Int64,
    reason: String = ""
  ) async throws -> Production.V1.WorkOrder? {
    try await production.client().pauseWorkOrder(
      .with {
        $0.site = ProductionFixture.site
        $0.header = header(event, at: seconds)
        $0.orderName = order
        $0.operation = operation
        $0.reason = reason
      }
    ).workOrder
  }

  @discardableResult
  private static func resume(
    _ production: ProductionFixture, _ operation: String, _ event: String, at seconds: Int64
  ) async throws -> Production.V1.WorkOrder? {
    try await production.client().resumeWorkOrder(
      .with {
        $0.site = ProductionFixture.site
        $0.header = header(event, at: seconds)
        $0.orderName = order
        $0.operation = operation
      }
    ).workOrder
  }

  @discardableResult
  private static func complete(
    _ production: ProductionFixture, _ operation: String, _ event: String, at seconds: Int64
  ) async throws -> Production.V1.WorkOrder? {
    try await production.client().completeWorkOrder(
      .with {
        $0.site = ProductionFixture.site
        $0.header = header(event, at: seconds)
        $0.orderName = order
        $0.operation = operation
      }
    ).workOrder
  }

  private static func states(_ production: ProductionFixture) async throws -> [String] {
    let listed = try await production.client().listWorkOrders(
      .with {
        $0.site = ProductionFixture.site
        $0.orderName = order
      }
    ).workOrders
    return listed.map { "\($0.operation) \(WorkOrderState($0).name)" }
  }

  @Test("One operation after the other, with pauses; what was worked is told, and the order runs")
  func conversation() async throws {
    try await ProductionFixture.run { production in
      _ = try await production.gateway.releaseOrder(Sample.release())
      #expect(try await Self.states(production) == ["CUT PENDING", "ASSEMBLE PENDING"])
      _ = try await production.client().acknowledgeOrder(Sample.acknowledge())
      #expect(try await Self.states(production) == ["CUT READY", "ASSEMBLE PENDING"])
      let started = try await Self.start(production, "CUT", "1")
      #expect(started.receipt == .accepted && started.workOrder?.state == .running)
      let again = try await Self.start(production, "CUT", "1")
      #expect(again.receipt == .duplicate && again.workOrder == started.workOrder)
      #expect(try await production.order().state == .running)
      let paused = try await Self.pause(production, "CUT", "2", at: 60, reason: "no boards")
      #expect(paused?.state == .paused && paused?.pauseReason == "no boards")
      let resumed = try await Self.resume(production, "CUT", "3", at: 100)
      #expect(resumed?.pauseReason == "" && resumed?.workedMicroseconds == 60_000_000)
      let done = try await Self.complete(production, "CUT", "4", at: 130)
      #expect(done?.state == .completed && done?.workedMicroseconds == 90_000_000)
      #expect(done?.workCenterCode == "WC-1" && done?.position == 1)
      #expect(try await Self.states(production) == ["CUT COMPLETED", "ASSEMBLE READY"])
      #expect(try await production.order().state == .running)
    }
  }

  @Test("A step out of turn is refused with the state and the allowed ones, and changes nothing")
  func refusals() async throws {
    try await ProductionFixture.run { production in
      _ = try await production.gateway.releaseOrder(Sample.release())
      try await production.expectRefusal(.failedPrecondition, "ORDER_STATE") {
        try await Self.start(production, "CUT", "1")
      }
      _ = try await production.client().acknowledgeOrder(Sample.acknowledge())
      let early = try await production.expectRefusal(.failedPrecondition, "WORK_ORDER_STATE") {
        try await Self.start(production, "ASSEMBLE", "1")
      }
      #expect(early?.metadata["state"] == "PENDING" && early?.metadata["allowed"] == "READY")
      #expect(early?.metadata["operation"] == "ASSEMBLE")
      // The order does not run for it.
      #expect(try await production.order().state == .acknowledged)
      try await production.expectRefusal(.notFound, "OPERATION_NOT_FOUND") {
        try await Self.start(production, "PAINT", "1")
      }
      try await production.expectRefusal(.failedPrecondition, "WORK_ORDER_STATE") {
        try await Self.pause(production, "CUT", "1", at: 0)
      }
      try await Self.start(production, "CUT", "1")
      try await production.expectRefusal(.alreadyExists, "SOURCE_EVENT_REUSED") {
        try await Self.start(production, "ASSEMBLE", "1")
      }
      try await production.expectRefusal(.alreadyExists, "SOURCE_EVENT_REUSED") {
        try await Self.complete(production, "CUT", "1", at: 0)
      }
    }
  }

  @Test("Reports say it as well: the first one starts, good pieces hand on, the final one ends all")
  func reports() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      let client = production.client()
      _ = try await client.reportProduction(
        Sample.report("1", good: "0", scrap: "1", operation: "CUT"))
      #expect(try await Self.states(production) == ["CUT RUNNING", "ASSEMBLE PENDING"])
      _ = try await client.reportProduction(Sample.report("2", good: "1", operation: "CUT"))
      #expect(try await Self.states(production) == ["CUT RUNNING", "ASSEMBLE READY"])
      try await Self.pause(production, "CUT", "3", at: 10)
      _ = try await client.reportProduction(Sample.report("4", good: "1", operation: "CUT"))
      #expect(try await Self.states(production) == ["CUT PAUSED", "ASSEMBLE READY"])
      _ = try await client.reportProduction(Sample.report("5", good: "1", final: true))
      #expect(try await Self.states(production) == ["CUT COMPLETED", "ASSEMBLE COMPLETED"])
      try await production.expectRefusal(.failedPrecondition, "ORDER_STATE") {
        try await Self.resume(production, "CUT", "6", at: 20)
      }
    }
  }

  @Test("A watch tells every work order as it is now, and goes on where it was")
  func watch() async throws {
    try await ProductionFixture.run { production in
      func told(after token: String, until count: Int) async throws -> ([String], String) {
        var (found, last) = ([String](), token)
        for try await response in try await production.client().watchWorkOrders(
          .with {
            $0.site = ProductionFixture.site
            $0.resumeToken = token
          })
        {
          last = response.resumeToken
          guard let workOrder = response.workOrder else { continue }
          found.append("\(workOrder.operation) \(WorkOrderState(workOrder).name)")
          if found.count == count { break }
        }
        return (found, last)
      }
      try await production.acknowledgedOrder()
      let (first, token) = try await told(after: "", until: 2)
      #expect(first == ["ASSEMBLE PENDING", "CUT READY"])
      try await Self.start(production, "CUT", "1")
      #expect(try await told(after: token, until: 1).0 == ["CUT RUNNING"])
    }
  }

  @Test(
    "An order from before there were work orders gets them when something is first said about it")
  func older() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      _ = try await production.client().reportProduction(
        Sample.report("1", good: "1", operation: "CUT"))
      try await production.program.database.write {
        try $0.execute("DELETE FROM work_orders")
      }
      try await Self.pause(production, "CUT", "2", at: 10)
      #expect(try await Self.states(production) == ["CUT PAUSED", "ASSEMBLE READY"])
      try await Self.start(production, "ASSEMBLE", "3", at: 20)
      #expect(try await Self.states(production) == ["CUT PAUSED", "ASSEMBLE RUNNING"])
    }
  }

  @Test("The schema's step keeps every order as it was")
  func migration() async throws {
    let folder = try TemporaryFolder.make()
    let (environment, _) = Environment.manual(seed: 1)
    let old = try Database.open(
      DatabaseConfiguration(path: folder + "/production.sqlite"),
      migrations: Array(productionMigrations.prefix(9)), environment: environment)
    try await old.write { transaction in
      try transaction.execute(
        """
        INSERT INTO orders (
          site, name, item_code, planned, unit, reporting_operation, planned_start_at, due_at, tracking, content,
          content_scheme, released_at, state, revision, change_sequence, good, scrap, report_count,
          through_sequence)
        VALUES ('PLANT1', 'WH/MO/00001', 'TABLE', 10000000, 'Units', 'CUT', 1, NULL, 1, zeroblob(16), 1, 2, 2, 3, 4,
          0, 0, 0, 0)
        """)
      try transaction.execute(
        "INSERT INTO order_operations (order_id, position, code, work_center_code, expected_duration_seconds) VALUES (1, 1, 'CUT', 'WC', 5)"
      )
    }
    await old.close()
    try await ProductionFixture.run(in: folder) { production in
      let order = try await production.order()
      #expect(order.state == .acknowledged && order.revision == 3 && order.endingReason == "")
      #expect(order.operations.map(\.code) == ["CUT"])
      try await Self.start(production, "CUT", "1")
      #expect(try await Self.states(production) == ["CUT RUNNING"])
    }
  }
}
