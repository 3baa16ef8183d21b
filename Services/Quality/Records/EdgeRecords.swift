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
    for material in [produced, consumed].compactMap(\.self)
    where !material.serial.isEmpty && !material.lot.isEmpty {
      try transaction.execute(
        "INSERT OR IGNORE INTO piece_lots (site, item_code, serial, lot) VALUES (?, ?, ?, ?)",
        SiteCode(edge.site), material.itemCode, material.serial, material.lot)
    }
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
      // Pieces of the lot that somebody has told apart by their numbers alone.
      for serial in try pieces(of: material, at: site, limit: limit, snapshot) {
        try add("\(side)_serial = ?", serial)
      }
    } else {
      try add("\(side)_serial = ?", material.serial)
      // What is said of a lot as a whole holds for its pieces.
      for lot in try lots(of: material, at: site, snapshot) {
        try add("\(side)_serial = '' AND \(side)_lot = ?", lot)
      }
    }
    return found.sorted { $0.key < $1.key }.prefix(limit).map(\.value)
  }

  /// The lots that a piece has been told of, the one of the question among them.
  private static func lots(
    of piece: TracedMaterial, at site: SiteCode, _ snapshot: Snapshot
  ) throws -> [String] {
    let told = try snapshot.rows(
      "SELECT lot FROM piece_lots WHERE site = ? AND item_code = ? AND serial = ? ORDER BY lot",
      site, piece.itemCode, piece.serial
    ) { try $0.text(0) }
    return Set(told + (piece.lot.isEmpty ? [] : [piece.lot])).sorted()
  }

  /// The pieces that have been told of a lot.
  private static func pieces(
    of lot: TracedMaterial, at site: SiteCode, limit: Int, _ snapshot: Snapshot
  ) throws -> [String] {
    try snapshot.rows(
      """
      SELECT serial FROM piece_lots WHERE site = ? AND item_code = ? AND lot = ?
      ORDER BY serial LIMIT ?
      """, site, lot.itemCode, lot.lot, limit
    ) { try $0.text(0) }
  }
}
