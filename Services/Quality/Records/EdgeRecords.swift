import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Genealogy edges of all services, found from both ends. An edge is recognised by the service that recorded
/// it and its identifier there, so that it is kept once however often it is told.
enum EdgeRecords {
  static func put(_ edge: Common.V1.GenealogyEdge, _ transaction: Transaction) throws {
    let produced = edge.produced.map(TracedMaterial.init)
    let consumed = edge.consumed.map(TracedMaterial.init)
    try transaction.execute(
      """
      INSERT OR IGNORE INTO edges (
        site, recorded_by, edge_id, produced_item, produced_lot, produced_serial, consumed_item,
        consumed_lot, consumed_serial, content)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, SiteCode(edge.site), edge.recordedBy, edge.edgeID, produced?.itemCode ?? "",
      produced?.lot ?? "", produced?.serial ?? "", consumed?.itemCode ?? "", consumed?.lot ?? "",
      consumed?.serial ?? "", try edge.encoded())
  }

  /// The edges of a material in a direction, in the order in which they came here. A lot stands for all of its
  /// pieces, and a piece for its lot.
  static func edges(
    _ material: TracedMaterial, _ direction: TraceDirection, at site: SiteCode, limit: Int,
    _ snapshot: Snapshot
  ) throws -> [Common.V1.GenealogyEdge] {
    let side = direction == .backward ? "produced" : "consumed"
    var found: [Int64: Common.V1.GenealogyEdge] = [:]
    func add(_ condition: String, _ value: String) throws {
      let rows = try snapshot.rows(
        """
        SELECT edge_number, content FROM edges
        WHERE site = ? AND \(side)_item = ? AND \(condition) ORDER BY edge_number LIMIT ?
        """, site, material.itemCode, value, limit
      ) { (try $0.int64(0), try Common.V1.GenealogyEdge(decoding: try $0.blob(1))) }
      for (number, edge) in rows { found[number] = edge }
    }
    if material.serial.isEmpty {
      try add("\(side)_lot = ?", material.lot)
    } else {
      try add("\(side)_serial = ?", material.serial)
      // What is said of the lot as a whole holds for its pieces.
      if !material.lot.isEmpty {
        try add("\(side)_serial = '' AND \(side)_lot = ?", material.lot)
      }
    }
    return found.sorted { $0.key < $1.key }.prefix(limit).map(\.value)
  }
}
