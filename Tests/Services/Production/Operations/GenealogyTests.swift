import Contracts
import Protobuf
import ServiceKit
import Testing
import Values

@testable import Production

@Suite("ReportGenealogy", .timeLimit(.minutes(1)))
struct GenealogyTests {
  static func report(
    event: String = "g-1", lot: String = "T-1",
    _ consumed: [(item: String, lot: String, quantity: String)] = [
      ("BOARD", "B-7", "2"), ("VARNISH", "V-1", "0.07"),
    ]
  ) -> Production.V1.ReportGenealogyRequest {
    .with {
      $0.site = ProductionFixture.site
      $0.header = Sample.report(event).header
      $0.orderName = "WH/MO/00001"
      $0.produced = .with {
        $0.itemCode = "TABLE"
        $0.lot = lot
      }
      $0.consumed = consumed.map { each in
        .with {
          $0.material = .with {
            $0.itemCode = each.item
            $0.lot = each.lot
          }
          $0.quantity = Sample.quantity(each.quantity, "kg")
        }
      }
      $0.workCenterCode = "WC-1"
    }
  }

  private static func acknowledged(_ production: ProductionFixture) async throws {
    _ = try await production.gateway.releaseOrder(Sample.release())
    _ = try await production.client().acknowledgeOrder(Sample.acknowledge())
  }

  /// The edges that are told so far.
  private static func edges(
    _ production: ProductionFixture, after token: String = ""
  ) async throws -> (edges: [Common.V1.GenealogyEdge], token: String) {
    let client = Contracts.Genealogy.V1.GenealogyServiceClient(
      production.caller(ProductionFixture.gateway))
    var found: [Common.V1.GenealogyEdge] = []
    let request = Contracts.Genealogy.V1.WatchGenealogyRequest.with {
      $0.site = ProductionFixture.site
      $0.resumeToken = token
    }
    for try await response in try await client.watchGenealogy(request) {
      guard let edge = response.edge else { return (found, response.resumeToken) }
      found.append(edge)
    }
    return (found, "")
  }

  @Test("Each material that went in becomes an edge, told once however often it is said")
  func edges() async throws {
    try await ProductionFixture.run { production in
      try await Self.acknowledged(production)
      let first = try await production.client().reportGenealogy(Self.report())
      let again = try await production.client().reportGenealogy(Self.report())
      #expect(first.receipt == .accepted && again.receipt == .duplicate)
      #expect(first.reportID == again.reportID)
      // In another order it is the same.
      let turned = try await production.client().reportGenealogy(
        Self.report([("VARNISH", "V-1", "0.070"), ("BOARD", "B-7", "2")]))
      #expect(turned.receipt == .duplicate)
      let (edges, token) = try await Self.edges(production)
      #expect(edges.map(\.edgeID) == ["\(first.reportID)-1", "\(first.reportID)-2"])
      let edge = try #require(edges.first)
      #expect(edge.produced?.lot == "T-1" && edge.consumed?.lot == "B-7")
      #expect(edge.orderName == "WH/MO/00001" && edge.workCenterCode == "WC-1")
      #expect(edge.recordedBy == "production" && edge.site == "PLANT1")
      #expect(edge.quantity?.value == "2")
      _ = try await production.client().reportGenealogy(Self.report(event: "g-2", lot: "T-2"))
      let later = try await Self.edges(production, after: token).edges
      #expect(later.map { $0.produced?.lot } == ["T-2", "T-2"], "it goes on where it was")
    }
  }

  @Test("What is not the order's, and what comes too early, is refused with its reason")
  func refusals() async throws {
    try await ProductionFixture.run { production in
      try await production.expectRefusal(.notFound, "ORDER_NOT_FOUND") {
        _ = try await production.client().reportGenealogy(Self.report())
      }
      _ = try await production.gateway.releaseOrder(Sample.release())
      try await production.expectRefusal(.failedPrecondition, "ORDER_STATE") {
        _ = try await production.client().reportGenealogy(Self.report())
      }
      _ = try await production.client().acknowledgeOrder(Sample.acknowledge())
      let foreign = try await production.expectRefusal(.failedPrecondition, "ITEM_NOT_OF_ORDER") {
        _ = try await production.client().reportGenealogy(Self.report([("IRON", "I-1", "1")]))
      }
      #expect(foreign?.violations.map(\.field) == ["consumed[0].material.item_code"])
      _ = try await production.client().reportGenealogy(Self.report())
      try await production.expectRefusal(.alreadyExists, "SOURCE_EVENT_REUSED") {
        _ = try await production.client().reportGenealogy(Self.report(lot: "T-9"))
      }
    }
  }

  @Test("A bad field is named, and nothing is recorded")
  func fields() async throws {
    let table: [(String, (inout Production.V1.ReportGenealogyRequest) -> Void)] = [
      ("produced", { $0.produced = nil }), ("produced.lot", { $0.produced?.lot = "" }),
      ("produced.item_code", { $0.produced?.itemCode = "" }), ("consumed", { $0.consumed = [] }),
      ("consumed[0].material", { $0.consumed[0].material = nil }),
      ("consumed[1].material", { $0.consumed[1].material = $0.consumed[0].material }),
      ("consumed[0].quantity.value", { $0.consumed[0].quantity?.value = "0" }),
      (
        "consumed[0].quantity.value",
        {
          $0.consumed[0].material?.serial = "S-1"
          $0.consumed[0].quantity?.value = "2"
        }
      ),
      ("header", { $0.header = nil }), ("order_name", { $0.orderName = "" }),
      ("work_center_code", { $0.workCenterCode = String(repeating: "x", count: 65) }),
    ]
    try await ProductionFixture.run { production in
      try await Self.acknowledged(production)
      for (field, spoil) in table {
        var request = Self.report()
        spoil(&request)
        let refusal = try await production.expectRefusal(.invalidArgument, "INVALID_FIELDS") {
          _ = try await production.client().reportGenealogy(request)
        }
        #expect(refusal?.violations.map(\.field) == [field])
      }
    }
  }

  @Test("Only an integration is told")
  func callers() async throws {
    try await ProductionFixture.run { production in
      try await production.expectRefusal(.permissionDenied, "NOT_SYSTEM_OF_RECORD") {
        let client = Contracts.Genealogy.V1.GenealogyServiceClient(
          production.caller(ProductionFixture.mes))
        for try await _ in try await client.watchGenealogy(
          .with { $0.site = ProductionFixture.site })
        {}
      }
    }
  }
}
