import Contracts
import Protobuf
import Seeds
import ServiceKit
import Testing
import Values

@testable import Production

@Suite("ReportProductionBatch and StreamReports", .timeLimit(.minutes(1)))
struct ReportStreamTests {
  /// A large order that may be reported on.
  private static func run(_ body: (ProductionFixture) async throws -> Void) async throws {
    try await ProductionFixture.run { production in
      var release = Sample.release()
      release.plannedQuantity = Sample.quantity("100000")
      _ = try await production.gateway.releaseOrder(release)
      _ = try await production.client().acknowledgeOrder(Sample.acknowledge())
      try await body(production)
    }
  }

  @Test("A batch judges each by itself: what is wrong is rejected with its field or its reason")
  func batch() async throws {
    try await Self.run { production in
      var nameless = Sample.report("1", good: "1")
      nameless.site = ""
      let request = Production.V1.ReportProductionBatchRequest.with {
        $0.site = ProductionFixture.site
        $0.reports = [
          nameless, Sample.report("2", good: "2"), Sample.report("2", good: "2"),
          Sample.report("2", good: "3"), Sample.report("3", good: "1", order: "NONE"),
          Sample.report("4", good: "x"), Sample.report("5", good: "4"),
        ]
        $0.reports[6].site = "PLANT2"
      }
      let outcomes = try await production.client().reportProductionBatch(request).outcomes
      #expect(
        outcomes.map(\.receipt)
          == [.accepted, .accepted, .duplicate, .rejected, .rejected, .rejected, .rejected])
      #expect(outcomes.map(\.sequence) == [1, 2, 2, 0, 0, 0, 0])
      #expect(
        outcomes.map { $0.rejection?.reason ?? "" }
          == [
            "", "", "", "SOURCE_EVENT_REUSED", "ORDER_NOT_FOUND", "INVALID_FIELDS",
            "INVALID_FIELDS",
          ])
      #expect(outcomes[5].rejection?.violations.map(\.field) == ["reports[5].good.value"])
      #expect(outcomes[6].rejection?.violations.map(\.field) == ["reports[6].site"])
      #expect(outcomes[1].orderState == .running && outcomes[1].reportID == outcomes[2].reportID)
      #expect(try await production.order().progress?.good?.value == "3")
      for (field, count) in [("reports", 0), ("reports", 501)] {
        let refusal = try await production.expectRefusal(.invalidArgument, "INVALID_FIELDS") {
          _ = try await production.client().reportProductionBatch(
            .with {
              $0.site = ProductionFixture.site
              $0.reports = Array(repeating: Sample.report(), count: count)
            })
        }
        #expect(refusal?.violations.map(\.field) == [field])
      }
    }
  }

  @Test("Everything up to an acknowledged offset is recorded, a duplicate, or told with its reason")
  func stream() async throws {
    let seed = TestSeed(of: "a stream of reports")
    var generator = seed.generator()
    let events = (1...2_000).map { _ in Int.random(in: 1...1_500, using: &generator) }
    try await Self.run { production in
      let call = try await production.client().streamReports()
      async let sent: Void = {
        for (place, event) in events.enumerated() {
          try await call.requests.write(
            .with {
              // Gaps are allowed.
              $0.offset = Int64(place + 1) * 3
              $0.report = Sample.report(
                "event-\(event)", good: "1", order: event % 100 == 7 ? "NONE" : "WH/MO/00001")
            })
        }
        call.requests.finish()
      }()
      var (accepted, duplicates, last, messages) = (Int64(0), Int64(0), Int64(0), 0)
      var rejected: [Int64: String] = [:]
      for try await response in call.responses {
        #expect(response.acknowledgedOffset > last)
        (last, messages) = (response.acknowledgedOffset, messages + 1)
        accepted += response.acceptedCount
        duplicates += response.duplicateCount
        for each in response.rejections { rejected[each.offset] = each.rejection?.reason }
      }
      try await sent
      let good = events.filter { $0 % 100 != 7 }
      #expect(last == 6_000)
      #expect(accepted == Int64(Set(good).count))
      #expect(duplicates == Int64(good.count) - accepted)
      #expect(rejected.count == events.count - good.count)
      #expect(
        rejected.allSatisfy {
          $0.value == "ORDER_NOT_FOUND" && events[Int($0.key) / 3 - 1] % 100 == 7
        })
      #expect(try await production.order().progress?.reportCount == accepted)
      #expect(messages < events.count, "many are one transaction")
    }
  }

  @Test(
    "An offset that does not increase ends the stream, and a foreign site; what was acknowledged stays"
  )
  func ends() async throws {
    try await Self.run { production in
      for (offset, site, code) in [
        (Int64(5), "PLANT1", RefusalCode.invalidArgument), (0, "PLANT1", .invalidArgument),
        (6, "PLANT2", .permissionDenied),
      ] {
        let call = try await production.client().streamReports()
        var responses = call.responses.makeAsyncIterator()
        try await call.requests.write(
          .with {
            $0.offset = 5
            $0.report = Sample.report("first", good: "1")
          })
        #expect(try await responses.next()?.acknowledgedOffset == 5)
        try await call.requests.write(
          .with {
            $0.offset = offset
            $0.report = Sample.report("second-\(offset)", good: "1")
            $0.report?.site = site
          })
        let refusal = await #expect(throws: Refusal.self) { _ = try await responses.next() }
        #expect(refusal?.code == code)
      }
      #expect(try await production.order().progress?.reportCount == 1)
    }
  }

  @Test("A stream that waits ends when the service goes away, and an idle one ends properly")
  func draining() async throws {
    try await Self.run { production in
      let idle = try await production.client().streamReports()
      idle.requests.finish()
      var none = idle.responses.makeAsyncIterator()
      #expect(try await none.next() == nil)
      let call = try await production.client().streamReports()
      var responses = call.responses.makeAsyncIterator()
      try await call.requests.write(
        .with {
          $0.offset = 1
          $0.report = Sample.report("1", good: "1")
        })
      #expect(try await responses.next()?.acceptedCount == 1)
      production.program.drain.begin()
      let refusal = await #expect(throws: Refusal.self) { _ = try await responses.next() }
      #expect(refusal?.code == .unavailable)
    }
  }
}
