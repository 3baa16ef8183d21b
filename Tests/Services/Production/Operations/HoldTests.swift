import Contracts
import Houses
import Protobuf
import ServiceKit
import Testing
import Values

@testable import Production

@Suite("Orders and lots on hold", .timeLimit(.minutes(1)))
struct HoldTests {
  private static let order = "WH/MO/00001"

  @Test("An order on hold is not released, taken over or reported on, and says what holds it")
  func order() async throws {
    try await Holding.run { (holding: Holding) async throws in
      let production = holding.production
      let client = production.client()
      try await holding.hold("H-1", .order(Self.order))
      let refusal = try await production.expectRefusal(.failedPrecondition, "ON_HOLD") {
        _ = try await production.gateway.releaseOrder(Sample.release())
      }
      #expect(refusal?.metadata["hold_ids"] == "H-1")
      try await holding.hold("H-1", .order(Self.order), .released)
      _ = try await production.gateway.releaseOrder(Sample.release())
      try await holding.hold("H-2", .order(Self.order))
      try await production.expectRefusal(.failedPrecondition, "ON_HOLD") {
        _ = try await client.acknowledgeOrder(Sample.acknowledge())
      }
      let shown = try await client.getOrder(Sample.get())
      #expect(shown.holds.map(\.holdID) == ["H-2"] && shown.holdsAsOf != nil)
      try await holding.hold("H-2", .order(Self.order), .released)
      _ = try await client.acknowledgeOrder(Sample.acknowledge())
      _ = try await client.reportProduction(Sample.report("before"))
      try await holding.hold("H-3", .order(Self.order))
      try await production.expectRefusal(.failedPrecondition, "ON_HOLD") {
        _ = try await client.reportProduction(Sample.report("after"))
      }
      // What was recorded before is a duplicate, whatever has become of its order.
      let again = try await client.reportProduction(Sample.report("before"))
      #expect(again.receipt == .duplicate)
    }
  }

  @Test("A lot on hold goes into nothing, and into a finished lot on hold goes nothing")
  func lots() async throws {
    try await Holding.run { (holding: Holding) async throws in
      let production = holding.production
      _ = try await production.gateway.releaseOrder(Sample.release())
      _ = try await production.client().acknowledgeOrder(Sample.acknowledge())
      for target in [
        HoldTarget.lot(item: "BOARD", lot: "B-7"), .lot(item: "TABLE", lot: "T-1"),
        .order(Self.order),
      ] {
        try await holding.hold("H", target)
        let refusal = try await production.expectRefusal(.failedPrecondition, "ON_HOLD") {
          _ = try await production.client().reportGenealogy(GenealogyTests.report())
        }
        #expect(refusal?.metadata["target"] == target.text)
      }
      try await holding.hold("H", .order(Self.order), .convertedToScrap)
      try await production.expectRefusal(.failedPrecondition, "ON_HOLD") {
        _ = try await production.client().reportGenealogy(GenealogyTests.report())
      }
      try await holding.hold("H", .order(Self.order), .released)
      let taken = try await production.client().reportGenealogy(GenealogyTests.report())
      #expect(taken.receipt == .accepted)
    }
  }
}

/// A Production that follows a Quality that does what a test says.
private struct Holding {
  let production: ProductionFixture
  private let quality = StandInSource<HoldWatch>(hasToken: { !$0.resumeToken.isEmpty }) { $0.site }

  static func run(_ body: (Holding) async throws -> Void) async throws {
    try await ProductionFixture.run { production in
      let holding = Holding(production: production)
      let follower = production.parts.holds.follower
      let (database, quality) = (production.program.database, holding.quality)
      let following = Task { await follower.run(database, quality) }
      while quality.watches < 2 { await Task.yield() }
      let result: Result<Void, any Error>
      do { result = .success(try await body(holding)) } catch { result = .failure(error) }
      following.cancel()
      quality.breakDown()
      await following.value
      try result.get()
    }
  }

  /// Lets a hold be so, and waits until Production knows.
  func hold(
    _ id: String, _ target: HoldTarget, _ state: Quality.V1.HoldState = .active
  ) async throws {
    let hold = Quality.V1.Hold.with {
      $0.holdID = id
      $0.site = ProductionFixture.site
      $0.target = .init(target)
      $0.state = state
      $0.reason = "cracks"
      $0.placedAt = Sample.time
    }
    quality.tell(.with { $0.hold = hold }, at: ProductionFixture.site)
    quality.tell(.with { $0.resumeToken = id }, at: ProductionFixture.site)
    let holds = production.parts.holds
    while !Task.isCancelled {
      let known = holds.holds(on: [target], at: SiteCode(ProductionFixture.site))
      if (known.first?.holdID == id && known.first?.isScrap == (state == .convertedToScrap))
        == (state != .released), known.isEmpty == (state == .released)
      {
        return
      }
      await Task.yield()
    }
  }
}
