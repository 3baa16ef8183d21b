import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `TraceLot`: where a lot or a piece comes from and what has become of it.
struct TraceLot: ReadOperation {
  static let method = Quality.V1.QualityService.traceLot
  /// Most edges of an answer, in both directions together: some 2 MiB of the 4 that a message may have.
  static let maximumEdges = 5_000
  /// Most steps: the contract's bounds.
  static let depths: ClosedRange<Int64> = 1...20
  static let defaultDepth: Int64 = 10

  let desk: HoldDesk
  let sources: [GenealogySource]

  struct Input: Sendable {
    var site: SiteCode
    var material: TracedMaterial
    var directions: [TraceDirection]
    var depth: Int
  }

  func site(of request: Quality.V1.TraceLotRequest) -> String? { request.site }

  func validate(_ request: Quality.V1.TraceLotRequest, _ fields: inout Fields) -> Input {
    let direction = TraceDirection(rawValue: request.direction.rawValue)
    if direction == nil, request.direction != .unspecified {
      fields.reject("direction", "must be BACKWARD or FORWARD, or not set for both")
    }
    let depth = request.depth == 0 ? Self.defaultDepth : Int64(request.depth)
    return Input(
      site: fields.site(request.site),
      material: fields.tracedMaterial(request.material, "material"),
      directions: direction.map { [$0] } ?? [.backward, .forward],
      depth: Int(fields.number(depth, "depth", Self.depths)))
  }

  func execute(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws
    -> Quality.V1.TraceLotResponse
  {
    var response = Quality.V1.TraceLotResponse()
    for direction in input.directions {
      let walk = TraceWalk<TracedMaterial, FoundEdge>(
        maximumDepth: input.depth, maximumEdges: Self.maximumEdges - response.edges.count)
      let found = try walk.walk(from: input.material) { material, limit in
        try EdgeRecords.edges(material, direction, at: input.site, limit: limit, snapshot)
          .map { FoundEdge(edge: $0) }
      } end: {
        $0.end(direction)
      }
      response.truncated = response.truncated || found.isTruncated
      response.edges += found.steps.map { step in
        .with {
          $0.edge = step.edge.edge
          $0.depth = Int32(clamping: step.depth)
          $0.direction = .init(rawValue: direction.rawValue)
        }
      }
    }
    response.holds = try holds(on: input.material, response.edges, at: input.site, snapshot)
    response.sources = sources.map { source in
      .with {
        $0.service = source.service
        $0.asOf = source.asOf(input.site).map { .init($0) }
      }
    }
    return response
  }

  /// The holds on everything that the trace has met, its orders and suppliers among it.
  private func holds(
    on material: TracedMaterial, _ edges: [Quality.V1.TracedEdge], at site: SiteCode,
    _ snapshot: Snapshot
  ) throws -> [Quality.V1.Hold] {
    var targets = Set(material.holdTargets)
    for edge in edges.compactMap(\.edge) {
      for met in [edge.produced, edge.consumed].compactMap(\.self) {
        targets.formUnion(TracedMaterial(met).holdTargets)
      }
      if !edge.orderName.isEmpty { targets.insert(.order(edge.orderName)) }
      if !edge.supplierCode.isEmpty { targets.insert(.supplier(edge.supplierCode)) }
    }
    var found: [Quality.V1.Hold] = []
    for target in targets.sorted(by: { $0.key < $1.key }) {
      found += try desk.standing(on: target, at: site, snapshot)
      if found.count >= HoldDesk.maximumNamed { break }
    }
    return Array(found.prefix(HoldDesk.maximumNamed))
  }
}

/// An edge that a trace has found.
private struct FoundEdge: Identifiable {
  let edge: Common.V1.GenealogyEdge

  var id: String { "\(edge.recordedBy) \(edge.edgeID)" }

  /// Where it leads.
  func end(_ direction: TraceDirection) -> TracedMaterial? {
    (direction == .backward ? edge.consumed : edge.produced).map(TracedMaterial.init)
  }
}
