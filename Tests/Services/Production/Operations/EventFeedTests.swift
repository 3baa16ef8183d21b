import Contracts
import Identity
import Protobuf
import ServiceKit
import Testing
import Values

@testable import Production

@Suite("The feed")
struct EventFeedTests {
  private static func subscribe(
    _ production: ProductionFixture, consumer: String = "gateway", after token: String = "",
    types: [String] = [], site: String = ""
  ) async throws -> ResponseStream<Events.V1.SubscribeResponse>.AsyncIterator {
    try await production.feed().subscribe(
      .with {
        $0.consumer = consumer
        $0.resumeToken = token
        $0.eventTypes = types
        $0.site = site
      }
    ).makeAsyncIterator()
  }

  @Test("Each report is told with absolute totals, in order, and the last one as final")
  func totals() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      let client = production.client()
      _ = try await client.reportProduction(
        Sample.report("1", good: "7", operation: "CUT"))
      _ = try await client.reportProduction(Sample.report("2", good: "3", scrap: "1"))
      _ = try await client.reportProduction(Sample.report("3", good: "6", final: true))
      let type = Production.V1.OrderTotalsChanged.fullName
      var feed = try await Self.subscribe(production, types: [type])
      var events: [Production.V1.OrderTotalsChanged] = []
      for _ in 1...3 {
        let event = try #require(await feed.next()?.event)
        #expect(event.type == type)
        #expect(event.site == ProductionFixture.site)
        #expect(event.key == "WH/MO/00001")
        events.append(try .init(decoding: event.payload))
      }
      #expect(events.map(\.throughSequence) == [1, 2, 3])
      #expect(events.map(\.good?.value) == ["0", "3", "9"])
      #expect(events.map(\.scrap?.value) == ["0", "1", "1"])
      #expect(events.map(\.final) == [false, false, true])
      #expect(events[2].components.map(\.consumed?.value) == ["20", "0.7"])
      #expect(events[2].operations.map(\.operation) == ["CUT", "ASSEMBLE"])
      #expect(events[2].operations.map(\.good?.value) == ["7", "9"])
    }
  }

  @Test("Every change of an order is an event: release, acknowledgement, report, outcome")
  func everyChange() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      _ = try await production.client().reportProduction(Sample.report(final: true))
      _ = try await production.feed().reportOutcome(
        Sample.outcome(.booked, revision: 1, covers: 1, booked: 1))
      var feed = try await Self.subscribe(production)
      var states: [Production.V1.OrderState] = []
      var sequences: [Int64] = []
      while states.last != .closed {
        let event = try #require(await feed.next()?.event)
        sequences.append(event.sequence)
        if event.type == Production.V1.OrderChanged.fullName {
          states.append(try Production.V1.OrderChanged(decoding: event.payload).state)
        }
      }
      #expect(sequences == Array(1...Int64(sequences.count)))
      #expect(states == [.released, .acknowledged, .closed])
    }
  }

  @Test("A consumer goes on after what it has acknowledged; acknowledgements never move backwards")
  func acknowledging() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      var feed = try await Self.subscribe(production)
      let first = try #require(await feed.next())
      let second = try #require(await feed.next())
      func acknowledge(_ token: String) async throws -> Int64 {
        try await production.feed().acknowledge(
          .with {
            $0.consumer = "gateway"
            $0.resumeToken = token
          }
        ).acknowledgedSequence
      }
      #expect(try await acknowledge(second.resumeToken) == 2)
      #expect(try await acknowledge(first.resumeToken) == 2)
      _ = try await production.client().reportProduction(Sample.report())
      var resumed = try await Self.subscribe(production)
      #expect(try await resumed.next()?.event?.sequence == 3)
      var fromToken = try await Self.subscribe(production, after: first.resumeToken)
      #expect(try await fromToken.next()?.event?.sequence == 2)
      var other = try await Self.subscribe(production, consumer: "audit")
      #expect(try await other.next()?.event?.sequence == 1)
    }
  }

  @Test(
    "A consumer that never subscribed, or a token beyond the last event, cannot be acknowledged")
  func badAcknowledgement() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      for (consumer, sequence) in [("stranger", Int64(1)), ("gateway", 3)] {
        try await production.expectRefusal(.invalidArgument, "INVALID_FIELDS") {
          _ = try await production.feed().acknowledge(
            .with {
              $0.consumer = consumer
              $0.resumeToken = FeedPosition.text(production, sequence)
            })
        }
      }
    }
  }

  @Test("The feed shows the sites of its caller only, and partners none of it")
  func permissions() async throws {
    try await ProductionFixture.run { production in
      _ = try await production.gateway.releaseOrder(Sample.release("HERE", request: "1"))
      _ = try await production.gateway.releaseOrder(Sample.release("THERE", site: "PLANT2"))
      var there = try await Self.subscribe(production, site: "PLANT2")
      #expect(try await there.next()?.event?.key == "THERE")
      let narrow = Principal(
        subject: "narrow", kind: .integration, sites: [SiteCode("PLANT2")])
      var feed = try await production.feed(narrow).subscribe(.with { $0.consumer = "narrow" })
        .makeAsyncIterator()
      #expect(try await feed.next()?.event?.key == "THERE")
      try await production.expectRefusal(.permissionDenied, "NOT_SYSTEM_OF_RECORD") {
        var stream = try await production.feed(ProductionFixture.mes)
          .subscribe(.with { $0.consumer = "mes" }).makeAsyncIterator()
        _ = try await stream.next()
      }
      try await production.expectRefusal(.permissionDenied, "NOT_SYSTEM_OF_RECORD") {
        _ = try await production.feed(ProductionFixture.mes).reportOutcome(
          Sample.outcome(.booked, revision: 1, covers: 0, order: "HERE"))
      }
    }
  }

  @Test("An older outcome is answered and changes nothing")
  func olderOutcome() async throws {
    try await ProductionFixture.run { production in
      try await production.acknowledgedOrder()
      _ = try await production.client().reportProduction(Sample.report())
      let feed = production.feed()
      #expect(
        try await feed.reportOutcome(Sample.outcome(.stated, revision: 2, covers: 1)).applied)
      let before = try await production.rowCounts()
      for revision in [Int64(1), 2] {
        let response = try await feed.reportOutcome(
          Sample.outcome(.rejected, revision: revision, covers: 1))
        #expect(!response.applied)
      }
      #expect(try await production.rowCounts() == before)
      #expect(try await production.order().posting?.state == .stated)
      try await production.expectRefusal(.failedPrecondition, "OUTCOME_BEYOND_REPORTS") {
        _ = try await feed.reportOutcome(Sample.outcome(.stated, revision: 3, covers: 2))
      }
    }
  }
}
