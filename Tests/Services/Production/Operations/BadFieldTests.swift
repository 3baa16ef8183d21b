import Contracts
import Protobuf
import ServiceKit
import Testing
import Values

@testable import Production

/// Every field of every request, wrong in every way it can be: which fields the refusal names.
@Suite("Bad fields")
struct BadFieldTests {
  /// A good request spoilt, and the fields that must be reported, no more and no less.
  struct Case<Request: Message>: Sendable {
    let fields: [String]
    let spoil: @Sendable (inout Request) -> Void

    init(_ fields: String..., spoil: @escaping @Sendable (inout Request) -> Void) {
      self.fields = fields
      self.spoil = spoil
    }
  }

  private static let long = String(repeating: "x", count: 129)

  /// Sends every case and expects INVALID_ARGUMENT with exactly its fields, and nothing stored.
  private func refuse<Request: Message, Response: Message>(
    _ cases: [Case<Request>], of good: Request, _ production: ProductionFixture,
    _ call: (Request) async throws -> Response
  ) async throws {
    for (index, bad) in cases.enumerated() {
      var request = good
      bad.spoil(&request)
      let refusal = try await production.expectRefusal(.invalidArgument, "INVALID_FIELDS") {
        _ = try await call(request)
      }
      #expect(refusal?.violations.map(\.field) == bad.fields, "\(Request.fullName) case \(index)")
      #expect(refusal?.violations.allSatisfy { !$0.rule.isEmpty } == true)
    }
  }

  private static func sites<Request: Message>(
    _ site: any WritableKeyPath<Request, String> & Sendable
  )
    -> [Case<Request>]
  {
    ["", "PLANT 1", "PLÄNT", "A/B", String(repeating: "P", count: 33)].map { text in
      Case("site") { $0[keyPath: site] = text }
    }
  }

  private static func names<Request: Message>(
    _ field: String, _ name: any WritableKeyPath<Request, String> & Sendable,
    isOptional: Bool = false
  ) -> [Case<Request>] {
    let texts = ["MO 1", "MÖ", "MO\n", "MO\u{0}", String(repeating: "M", count: 65)]
    return (texts + (isOptional ? [] : [""])).map { text in
      Case(field) { $0[keyPath: name] = text }
    }
  }

  private static func pages<Request: Message>(
    _ page: any WritableKeyPath<Request, Common.V1.PageRequest?> & Sendable
  ) -> [Case<Request>] {
    [
      Case("page.page_size") { $0[keyPath: page] = .with { $0.pageSize = -1 } },
      Case("page.page_size") { $0[keyPath: page] = .with { $0.pageSize = 501 } },
      Case("page.page_token") { $0[keyPath: page] = .with { $0.pageToken = "x" } },
      Case("page.page_token") { $0[keyPath: page] = .with { $0.pageToken = long } },
      Case("page.page_token") {
        $0[keyPath: page] = .with {
          $0.pageToken = "0123456789abcdef0123456789abcdef.0123456789abcdef.x"
        }
      },
      Case("page.page_size", "page.page_token") {
        $0[keyPath: page] = .with {
          $0.pageSize = .max
          $0.pageToken = "."
        }
      },
    ]
  }

  /// A quantity field that takes zero or more.
  private static func quantities<Request: Message>(
    _ field: String, _ quantity: any WritableKeyPath<Request, Common.V1.Quantity?> & Sendable,
    zeroIsWrong: Bool = false
  ) -> [Case<Request>] {
    let values = [
      "", "-1", "-0.000001", "1e3", "1,5", " 1", "+1", "0x10", ".5", "1.", "1.0000001",
      "1000000000000", "NaN", "∞", "१", String(repeating: "9", count: 400),
    ]
    return (values + (zeroIsWrong ? ["0", "-0", "0.000000"] : [])).map { value in
      Case("\(field).value") { $0[keyPath: quantity] = Sample.quantity(value) }
    }
      + ["", "\u{7}", "  ", long].map { unit in
        Case("\(field).unit") { $0[keyPath: quantity] = Sample.quantity("1", unit) }
      } + [
        Case("\(field).value", "\(field).unit") { $0[keyPath: quantity] = Common.V1.Quantity() }
      ]
  }

  private static func times<Request: Message>(
    _ field: String,
    _ time: any WritableKeyPath<Request, Google.ProtobufTypes.Timestamp?> & Sendable, latest: Int64
  ) -> [Case<Request>] {
    let moments: [(Int64, Int32)] = [
      (0, 0), (946_684_799, 0), (latest + 1, 0), (.max, 0), (.min, 0), (1_780_000_000, -1),
      (1_780_000_000, 1_000_000_000), (1_780_000_000, .min),
    ]
    return moments.map { seconds, nanos in
      Case(field) {
        $0[keyPath: time] = .with {
          $0.seconds = seconds
          $0.nanos = nanos
        }
      }
    }
  }

  @Test("ReportProduction")
  func report() async throws {
    typealias Report = Production.V1.ReportProductionRequest
    let headers: [Case<Report>] =
      ["", "a b", "ä", String(repeating: "s", count: 65)].map { text in
        Case("header.source_system") { $0.header?.sourceSystem = text }
      }
      + ["", "a b", "ä", String(repeating: "e", count: 65)].map { text in
        Case("header.source_event_id") { $0.header?.sourceEventID = text }
      } + [
        Case("header") { $0.header = nil },
        Case("header.source_system", "header.source_event_id", "header.occurred_at") {
          $0.header = Common.V1.FactHeader()
        },
        Case("header.source_sequence") { $0.header?.sourceSequence = -1 },
        Case("header.source_sequence") { $0.header?.sourceSequence = .min },
        Case("header.occurred_at") { $0.header?.occurredAt = nil },
        Case("header.correlation_id") { $0.header?.correlationID = "a b" },
        Case("header.correlation_id") { $0.header?.correlationID = Self.long },
      ]
    let rest: [Case<Report>] = [
      Case("operation") { $0.operation = Self.long },
      Case("operation") { $0.operation = "\u{1b}" },
      Case("good") { $0.good = Sample.quantity("0") },
      Case("good") { $0.good = nil },
      Case("good") {
        $0.good = nil
        $0.scrap = Sample.quantity("0.0")
      },
      Case(
        "site", "order_name", "header.source_event_id", "operation", "good.value", "scrap.unit"
      ) {
        $0.site = ""
        $0.orderName = ""
        $0.header?.sourceEventID = ""
        $0.operation = Self.long
        $0.good = Sample.quantity("-1")
        $0.scrap = Sample.quantity("1", "")
      },
    ]
    let times: [Case<Report>] = Self.times(
      "header.occurred_at", \.headerTime, latest: 1_780_000_000 + 86_400)
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      let cases =
        Self.sites(\.site) + Self.names("order_name", \.orderName) + headers + times
        + Self.quantities("good", \.good) + Self.quantities("scrap", \.scrap) + rest
      try await refuse(cases, of: Sample.report(), production) {
        try await production.client().reportProduction($0)
      }
    }
  }

  @Test("ReleaseOrder")
  func release() async throws {
    typealias Release = Production.V1.ReleaseOrderRequest
    let single: [Case<Release>] = [
      Case("item_code") { $0.itemCode = "" },
      Case("item_code") { $0.itemCode = "  " },
      Case("item_code") { $0.itemCode = Self.long },
      Case("planned_quantity") { $0.plannedQuantity = nil },
      Case("planned_start_at") { $0.plannedStartAt = nil },
      Case("tracking") { $0.tracking = .unspecified },
      Case("tracking") { $0.tracking = .unrecognized(9) },
      Case("reporting_operation") { $0.reportingOperation = "POLISH" },
    ]
    let components: [Case<Release>] = [
      Case("components[0].line") { $0.components[0].line = 0 },
      Case("components[0].line") { $0.components[0].line = -5 },
      Case("components[1].line") { $0.components[1].line = 1 },
      Case("components[1].item_code") { $0.components[1].itemCode = "" },
      Case("components[0].demand") { $0.components[0].demand = nil },
      Case("components[0].unit_rounding") { $0.components[0].unitRounding = "" },
      Case("components[0].unit_rounding") { $0.components[0].unitRounding = "0" },
      Case("components[0].unit_rounding") { $0.components[0].unitRounding = "-0.01" },
      Case("components[0].unit_rounding") { $0.components[0].unitRounding = "1e-2" },
      Case("components[0].operation") { $0.components[0].operation = "POLISH" },
      Case("components[0].tracking") { $0.components[0].tracking = .unspecified },
      Case("components[0].tracking") { $0.components[0].tracking = .unrecognized(-1) },
      Case("components") {
        $0.components = (1...1_001).map { Sample.component($0, "X", "1", "1") }
      },
    ]
    let operations: [Case<Release>] = [
      Case("operations[0].code") { $0.operations[0].code = "" },
      Case("operations[0].code") { $0.operations[0].code = Self.long },
      Case("operations[1].code") { $0.operations[1].code = "CUT" },
      Case("operations[0].position") { $0.operations[0].position = 0 },
      Case("operations[1].position") { $0.operations[1].position = 1 },
      Case("operations[0].work_center_code") { $0.operations[0].workCenterCode = Self.long },
      Case("operations[0].expected_duration_seconds") {
        $0.operations[0].expectedDurationSeconds = -1
      },
      Case("operations[0].expected_duration_seconds") {
        $0.operations[0].expectedDurationSeconds = .max
      },
      Case("operations") { $0.operations = (1...201).map { Sample.operation("OP\($0)", $0) } },
    ]
    try await ProductionFixture.run { production in
      let cases =
        Self.sites(\.site) + Self.names("request_id", \.requestID)
        + Self.names("order_name", \.orderName)
        + Self.quantities("planned_quantity", \.plannedQuantity, zeroIsWrong: true)
        + Self.quantities("components[0].demand", \.firstDemand)
        + Self.times("planned_start_at", \.plannedStartAt, latest: 7_258_118_399)
        + Self.times("due_at", \.dueAt, latest: 7_258_118_399) + single + components + operations
      try await refuse(cases, of: Sample.release(), production) {
        try await production.gateway.releaseOrder($0)
      }
    }
  }

  @Test("AcknowledgeOrder, GetOrder, ListOrders, ListReports")
  func others() async throws {
    let states: [Case<Production.V1.ListOrdersRequest>] = [
      Case("states[0]") { $0.states = [.unspecified] },
      Case("states[1]") { $0.states = [.running, .unrecognized(77)] },
      Case("states") { $0.states = Array(repeating: .running, count: 9) },
    ]
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      let client = production.client()
      try await refuse(
        Self.sites(\.site) + Self.names("request_id", \.requestID)
          + Self.names("order_name", \.orderName),
        of: Sample.acknowledge(), production
      ) { try await client.acknowledgeOrder($0) }
      try await refuse(
        Self.sites(\.site) + Self.names("order_name", \.orderName), of: Sample.get(), production
      ) { try await client.getOrder($0) }
      try await refuse(
        Self.sites(\.site) + states + Self.pages(\.page),
        of: .with { $0.site = ProductionFixture.site }, production
      ) { try await client.listOrders($0) }
      try await refuse(
        Self.sites(\.site) + Self.names("order_name", \.orderName, isOptional: true)
          + Self.pages(\.page),
        of: .with { $0.site = ProductionFixture.site }, production
      ) { try await client.listReports($0) }
    }
  }

  @Test("WatchOrders, Subscribe, Acknowledge, ReportOutcome")
  func streamsAndFeed() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      let client = production.client()
      let feed = production.feed()
      try await refuse(
        Self.sites(\.site) + Self.tokens("resume_token", \.resumeToken),
        of: Production.V1.WatchOrdersRequest.with { $0.site = ProductionFixture.site }, production
      ) { request in
        try await first(client.watchOrders(request))
      }
      try await refuse(
        Self.tokens("resume_token", \.resumeToken) + Self.subscriptions,
        of: Events.V1.SubscribeRequest.with { $0.consumer = "gateway" }, production
      ) { request in
        try await first(feed.subscribe(request))
      }
      try await refuse(
        Self.tokens("resume_token", \.resumeToken) + [
          Case("resume_token") { $0.resumeToken = "" },
          Case("consumer") { $0.consumer = "" },
          Case("consumer") { $0.consumer = "a b" },
          Case("resume_token", "consumer") { $0 = Events.V1.AcknowledgeRequest() },
        ],
        of: Events.V1.AcknowledgeRequest.with {
          $0.consumer = "gateway"
          $0.resumeToken = FeedPosition.text(production, 1)
        }, production
      ) { try await feed.acknowledge($0) }
      try await refuse(
        Self.outcomes, of: Sample.outcome(.stated, revision: 1, covers: 0), production
      ) { try await feed.reportOutcome($0) }
    }
  }

  private static func tokens<Request: Message>(
    _ field: String, _ token: any WritableKeyPath<Request, String> & Sendable
  ) -> [Case<Request>] {
    ["x", ".", "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef.-1", long]
      .map { text in Case(field) { $0[keyPath: token] = text } }
  }

  private static let subscriptions: [Case<Events.V1.SubscribeRequest>] = [
    Case("site") { $0.site = "PLANT 1" },
    Case("consumer") { $0.consumer = "" },
    Case("consumer") { $0.consumer = String(repeating: "c", count: 65) },
    Case("event_types[0]") { $0.eventTypes = ["a b"] },
    Case("event_types[1]") { $0.eventTypes = ["a", ""] },
    Case("event_types") { $0.eventTypes = Array(repeating: "a", count: 33) },
  ]

  private static let outcomes: [Case<Events.V1.ReportOutcomeRequest>] =
    sites(\.site) + names("order_name", \.orderName) + [
      Case("revision") { $0.revision = 0 },
      Case("revision") { $0.revision = -1 },
      Case("state") { $0.state = .unspecified },
      Case("state") { $0.state = .unrecognized(8) },
      Case("covers_through_sequence") { $0.coversThroughSequence = -1 },
      Case("booked_through_sequence") { $0.bookedThroughSequence = -1 },
      Case("booked_through_sequence") { $0.bookedThroughSequence = 1 },
      Case("reason") { $0.state = .rejected },
      Case("reason") {
        $0.state = .unknown
        $0.reason = "not a reason"
      },
      Case("reason") { $0.reason = "REASON_WITHOUT_NEED" },
      Case("document") { $0.document = long },
    ]

  /// Reads a stream to its first message or its refusal.
  private func first<Response: Message>(_ stream: ResponseStream<Response>) async throws -> Response
  {
    for try await response in stream { return response }
    return Response()
  }
}

extension Production.V1.ReportProductionRequest {
  fileprivate var headerTime: Google.ProtobufTypes.Timestamp? {
    get { header?.occurredAt }
    set { header?.occurredAt = newValue }
  }
}

extension Production.V1.ReleaseOrderRequest {
  fileprivate var firstDemand: Common.V1.Quantity? {
    get { components.first?.demand }
    set { components[0].demand = newValue }
  }
}
