import Contracts
import Protobuf
import ServiceKit
import Testing
import Values

@testable import Production

@Suite("ReportShortage and WatchShortages", .timeLimit(.minutes(1)))
struct ShortageTests {
  private static func shortage(
    event: String = "s-1", quantity: String = "12", order: String = ""
  ) -> Production.V1.ReportShortageRequest {
    .with {
      $0.site = ProductionFixture.site
      $0.header = Sample.report(event).header
      $0.itemCode = "BOARD"
      $0.quantity = Sample.quantity(quantity)
      $0.neededBy = Sample.time
      $0.orderName = order
      $0.workCenterCode = "WC-1"
    }
  }

  @Test("A shortage is told once, with all that was said, and a watch goes on where it was")
  func watch() async throws {
    try await ProductionFixture.run { production in
      let client = production.client()
      _ = try await production.gateway.releaseOrder(Sample.release())
      let first = try await client.reportShortage(Self.shortage(order: "WH/MO/00001"))
      let again = try await client.reportShortage(Self.shortage(order: "WH/MO/00001"))
      #expect(first.receipt == .accepted && again.receipt == .duplicate)
      #expect(first.shortageID == again.shortageID)
      var (told, token) = ([Production.V1.Shortage](), "")
      let request = Production.V1.WatchShortagesRequest.with { $0.site = ProductionFixture.site }
      for try await response in try await client.watchShortages(request) {
        token = response.resumeToken
        guard let shortage = response.shortage else { break }
        told.append(shortage)
      }
      let shortage = try #require(told.first)
      #expect(told.count == 1 && shortage.shortageID == first.shortageID)
      #expect(shortage.itemCode == "BOARD" && shortage.quantity?.value == "12")
      #expect(shortage.orderName == "WH/MO/00001" && shortage.workCenterCode == "WC-1")
      #expect(shortage.header?.sourceEventID == "s-1" && shortage.neededBy == Sample.time)
      _ = try await client.reportShortage(Self.shortage(event: "s-2"))
      var later = request
      later.resumeToken = token
      var events: [String] = []
      for try await response in try await client.watchShortages(later) {
        guard let shortage = response.shortage else { break }
        events.append(shortage.header?.sourceEventID ?? "")
      }
      #expect(events == ["s-2"])
    }
  }

  @Test("What is wrong is refused, and nothing is recorded")
  func refusals() async throws {
    try await ProductionFixture.run { production in
      try await production.expectRefusal(.notFound, "ORDER_NOT_FOUND") {
        _ = try await production.client().reportShortage(Self.shortage(order: "WH/MO/NONE"))
      }
      let refusal = try await production.expectRefusal(.invalidArgument, "INVALID_FIELDS") {
        _ = try await production.client().reportShortage(
          .with { $0.site = ProductionFixture.site })
      }
      #expect(refusal?.violations.map(\.field) == ["header", "item_code", "quantity"])
      _ = try await production.client().reportShortage(Self.shortage())
      try await production.expectRefusal(.alreadyExists, "SOURCE_EVENT_REUSED") {
        _ = try await production.client().reportShortage(Self.shortage(quantity: "13"))
      }
    }
  }
}
