import Contracts
import Environment
import Houses
import Protobuf
import RecordStore
import Seeds
import ServiceKit
import Testing
import Values

@testable import Quality

@Suite("TraceLot", .timeLimit(.minutes(1)))
struct TraceLotTests {
  private static func edge(
    _ id: String, from consumed: (String, String, String)?, to produced: (String, String, String),
    by service: String = "production", order: String = "", supplier: String = ""
  ) -> Common.V1.GenealogyEdge {
    func material(_ parts: (String, String, String)) -> Common.V1.TracedMaterial {
      .init(TracedMaterial(itemCode: parts.0, lot: parts.1, serial: parts.2))
    }
    return .with {
      $0.edgeID = id
      $0.site = HouseFixture.site
      $0.recordedBy = service
      $0.produced = material(produced)
      $0.consumed = consumed.map(material)
      $0.orderName = order
      $0.supplierCode = supplier
    }
  }

  private static func keep(
    _ edges: [Common.V1.GenealogyEdge], _ quality: QualityFixture
  ) async throws {
    try await quality.house.program.database.write { transaction in
      for edge in edges { try EdgeRecords.put(edge, transaction) }
    }
  }

  private static func trace(
    _ quality: QualityFixture, _ material: (String, String, String),
    _ direction: Quality.V1.TraceDirection = .unspecified, depth: Int32 = 0
  ) async throws -> Quality.V1.TraceLotResponse {
    try await quality.anna.traceLot(
      .with {
        $0.site = HouseFixture.site
        $0.material = .init(
          TracedMaterial(itemCode: material.0, lot: material.1, serial: material.2))
        $0.direction = direction
        $0.depth = depth
      })
  }

  @Test("From the supplier to the finished piece and back, with the holds on the way")
  func chain() async throws {
    try await QualityFixture.run { quality in
      try await Self.keep(
        [
          Self.edge(
            "1-1", from: nil, to: ("STEEL", "C-1", ""), by: "procurement", supplier: "V-1"),
          Self.edge("2-1", from: ("STEEL", "C-1", ""), to: ("BODY", "B-1", ""), order: "MO/1"),
          // A piece of the lot goes into a finished one.
          Self.edge("3-1", from: ("BODY", "B-1", "S-7"), to: ("VALVE", "", "V-7"), order: "MO/2"),
          Self.edge("4-1", from: ("BODY", "B-2", ""), to: ("VALVE", "", "V-8")),
        ], quality)
      let forward = try await Self.trace(quality, ("STEEL", "C-1", ""), .forward)
      #expect(forward.edges.map { $0.edge?.edgeID } == ["2-1", "3-1"])
      #expect(forward.edges.map(\.depth) == [1, 2])
      let backward = try await Self.trace(quality, ("VALVE", "", "V-7"), .backward)
      #expect(backward.edges.map { $0.edge?.edgeID } == ["3-1", "2-1", "1-1"])
      let both = try await Self.trace(quality, ("BODY", "B-1", ""))
      #expect(Set(both.edges.map { $0.edge?.edgeID }) == ["1-1", "2-1", "3-1"])
      #expect(!both.truncated)
      let near = try await Self.trace(quality, ("VALVE", "", "V-7"), .backward, depth: 1)
      #expect(near.edges.map { $0.edge?.edgeID } == ["3-1"] && near.truncated)
      _ = try await quality.anna.placeHold(Sample.hold("supplier", on: .init(.supplier("V-1"))))
      _ = try await quality.anna.placeHold(Sample.hold("order", on: .init(.order("MO/2"))))
      let held = try await Self.trace(quality, ("VALVE", "", "V-7"), .backward)
      #expect(held.holds.count == 2)
      #expect(held.sources.map(\.service) == ["production", "inventory", "procurement"])
      #expect(held.sources.allSatisfy { $0.asOf == nil }, "nobody has been followed yet")
    }
  }

  @Test(
    "A piece that is used by its number alone is found from its lot, and its lot from the piece")
  func piecesByNumber() async throws {
    try await QualityFixture.run { quality in
      try await Self.keep(
        [
          Self.edge("1-1", from: ("STEEL", "C-1", ""), to: ("BODY", "L-1", "")),
          Self.edge("2-1", from: ("SCREW", "X", ""), to: ("BODY", "L-1", "S-7")),
          Self.edge("3-1", from: ("BODY", "", "S-7"), to: ("VALVE", "", "V-7")),
        ], quality)
      let forward = try await Self.trace(quality, ("BODY", "L-1", ""), .forward)
      #expect(forward.edges.map { $0.edge?.edgeID } == ["3-1"])
      let backward = try await Self.trace(quality, ("VALVE", "", "V-7"), .backward)
      #expect(Set(backward.edges.map { $0.edge?.edgeID }) == ["3-1", "2-1", "1-1"])
    }
  }

  @Test("An edge that is told twice, or by a restored source again, is one")
  func once() async throws {
    try await QualityFixture.run { quality in
      let edge = Self.edge("1-1", from: ("A", "1", ""), to: ("B", "1", ""))
      try await Self.keep([edge, edge], quality)
      try await Self.keep([edge], quality)
      #expect(try await Self.trace(quality, ("A", "1", "")).edges.count == 1)
      try await Self.keep(
        [Self.edge("1-1", from: ("A", "1", ""), to: ("B", "2", ""), by: "inventory")], quality)
      #expect(try await Self.trace(quality, ("A", "1", "")).edges.count == 2)
    }
  }

  @Test("On random graphs, circles and all, it finds what a simple search finds")
  func randomGraphs() async throws {
    let seed = TestSeed(of: "random genealogies")
    var generator = seed.generator()
    try await QualityFixture.run { quality in
      let nodes = 12
      var edges: [(from: Int, to: Int)] = []
      for _ in 1...30 {
        edges.append(
          (
            Int.random(in: 0..<nodes, using: &generator),
            Int.random(in: 0..<nodes, using: &generator)
          ))
      }
      func material(_ node: Int) -> (String, String, String) { ("ITEM", "L-\(node)", "") }
      try await Self.keep(
        edges.enumerated().shuffled(using: &generator).map {
          Self.edge("e-\($0.offset)", from: material($0.element.from), to: material($0.element.to))
        }, quality)
      for (start, isForward) in (0..<nodes).flatMap({ [($0, true), ($0, false)] }) {
        let arrows = edges.map { isForward ? $0 : (from: $0.to, to: $0.from) }
        var reached: Set<Int> = [start]
        var found: Set<Int> = []
        var grown = true
        while grown {
          grown = false
          for (number, edge) in arrows.enumerated() where reached.contains(edge.from) {
            if found.insert(number).inserted { grown = true }
            if reached.insert(edge.to).inserted { grown = true }
          }
        }
        let traced = try await Self.trace(
          quality, material(start), isForward ? .forward : .backward, depth: 20)
        #expect(
          Set(traced.edges.map { $0.edge?.edgeID ?? "" }) == Set(found.map { "e-\($0)" }),
          "from \(start), forward: \(isForward)")
        #expect(traced.edges.count == found.count, "each once")
      }
    }
  }

  @Test("A bad question names its field")
  func fields() async throws {
    try await QualityFixture.run { quality in
      let noLot = try await quality.house.brokenFields {
        _ = try await Self.trace(quality, ("A", "", ""))
      }
      #expect(noLot == ["material.lot"])
      let tooDeep = try await quality.house.brokenFields {
        _ = try await Self.trace(quality, ("A", "1", ""), depth: 21)
      }
      #expect(tooDeep == ["depth"])
    }
  }
}
