import Contracts
import Foundation
import Protobuf
import RecordStore
import ServiceKit
import TestFolders
import Testing
import Values

@testable import Production

@Suite("WatchOrders")
struct WatchOrdersTests {
  private typealias Message = Production.V1.WatchOrdersResponse

  private static func watch(_ production: ProductionFixture, after token: String = "") async throws
    -> ResponseStream<Production.V1.WatchOrdersResponse>.AsyncIterator
  {
    try await production.client().watchOrders(
      .with {
        $0.site = ProductionFixture.site
        $0.resumeToken = token
      }
    ).makeAsyncIterator()
  }

  @Test("It starts with all orders in the order of their last change, and goes on as they change")
  func snapshotThenChanges() async throws {
    try await ProductionFixture.run { production in
      for name in ["A", "B", "C"] {
        _ = try await production.gateway.releaseOrder(Sample.release(name, request: name))
      }
      _ = try await production.client().acknowledgeOrder(Sample.acknowledge("A"))
      var watch = try await Self.watch(production)
      var seen: [String] = []
      for _ in 1...3 { seen.append(try #require(await watch.next()?.order?.name)) }
      #expect(seen == ["B", "C", "A"])
      _ = try await production.client().reportProduction(Sample.report(order: "A"))
      let changed = try #require(await watch.next()?.order)
      #expect(changed.name == "A")
      #expect(changed.state == .running)
      #expect(changed.progress?.good?.value == "4")
      _ = try await production.feed().reportOutcome(
        Sample.outcome(.stated, revision: 1, covers: 1, order: "A"))
      #expect(try await watch.next()?.order?.posting?.state == .stated)
    }
  }

  @Test("Resuming after any message repeats nothing before it and misses nothing after it")
  func resume() async throws {
    try await ProductionFixture.run { production in
      let names = (0..<8).map { "WH/MO/\($0)" }
      for name in names {
        _ = try await production.gateway.releaseOrder(Sample.release(name, request: name))
      }
      var watch = try await Self.watch(production)
      var tokens: [String] = []
      for name in names {
        let message = try #require(await watch.next())
        #expect(message.order?.name == name)
        tokens.append(message.resumeToken)
      }
      for (index, token) in tokens.enumerated().dropLast() {
        var resumed = try await Self.watch(production, after: token)
        for name in names[(index + 1)...] {
          #expect(try await resumed.next()?.order?.name == name)
        }
      }
    }
  }

  @Test("A page's worth and more arrives whole, once each")
  func manyOrders() async throws {
    try await ProductionFixture.run { production in
      let count = 3 * 64 + 5
      let gateway = production.gateway
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<count {
          group.addTask {
            _ = try await gateway.releaseOrder(Sample.release("MO-\(index)", request: "r\(index)"))
          }
        }
        try await group.waitForAll()
      }
      var watch = try await Self.watch(production)
      var names: Set<String> = []
      for _ in 0..<count { names.insert(try #require(await watch.next()?.order?.name)) }
      #expect(names.count == count)
    }
  }

  @Test("A watch sees its own site's orders only, and other sites' changes do not end it")
  func ownSite() async throws {
    try await ProductionFixture.run { production in
      var watch = try await Self.watch(production)
      _ = try await production.gateway.releaseOrder(Sample.release("OTHER", site: "PLANT2"))
      _ = try await production.gateway.releaseOrder(Sample.release("OWN", request: "r2"))
      #expect(try await watch.next()?.order?.name == "OWN")
    }
  }

  @Test("A token of another incarnation is refused: the database was restored")
  func restored() async throws {
    try await ProductionFixture.run { production in
      let foreign = FeedToken(
        incarnation: Incarnation(Identifier(high: 1, low: 2)), sequence: 0)
      try await production.expectRefusal(.failedPrecondition, "FEED_RESTORED") {
        var watch = try await Self.watch(production, after: foreign.text)
        _ = try await watch.next()
      }
    }
  }

  @Test("A token beyond the last change, and a site of others, are refused")
  func refused() async throws {
    try await ProductionFixture.run { production in
      try await production.expectRefusal(.invalidArgument, "INVALID_FIELDS") {
        var watch = try await Self.watch(production, after: FeedPosition.text(production, 99))
        _ = try await watch.next()
      }
      try await production.expectRefusal(.permissionDenied, "SITE_NOT_GRANTED") {
        let stream = try await production.client().watchOrders(.with { $0.site = "PLANT2" })
        var watch = stream.makeAsyncIterator()
        _ = try await watch.next()
      }
    }
  }

  @Test("The token of a message works after a restart")
  func restart() async throws {
    let folder = try TemporaryFolder.make()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let token = try await ProductionFixture.run(in: folder) { production in
      _ = try await production.gateway.releaseOrder(Sample.release("A", request: "a"))
      var watch = try await Self.watch(production)
      return try #require(await watch.next()).resumeToken
    }
    try await ProductionFixture.run(in: folder, seed: 2) { production in
      _ = try await production.gateway.releaseOrder(Sample.release("B", request: "b"))
      var watch = try await Self.watch(production, after: token)
      #expect(try await watch.next()?.order?.name == "B")
    }
  }

  @Test("When the service drains, a waiting watch ends with UNAVAILABLE and a time to come back")
  func drain() async throws {
    try await ProductionFixture.run { production in
      _ = try await production.gateway.releaseOrder(Sample.release())
      var watch = try await Self.watch(production)
      _ = try await watch.next()
      production.program.drain.begin()
      do {
        _ = try await watch.next()
        Issue.record("the watch went on")
      } catch let refusal as Refusal {
        #expect(refusal.code == .unavailable)
        #expect(refusal.reason == "SHUTTING_DOWN")
        #expect(refusal.retryDelayMilliseconds == 1_000)
      }
    }
  }
}
