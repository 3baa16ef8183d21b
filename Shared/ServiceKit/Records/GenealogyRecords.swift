public import Contracts
public import Identity
import Protobuf
public import RecordStore
public import Values

/// The genealogy edges that a service has recorded: facts, never changed and never deleted.
public enum GenealogyRecords {
  /// The table, as a step of the service's own schema.
  public static func migration(version: Int) -> Migration {
    Migration(
      version: version, name: "record_genealogy",
      sql: """
        -- Which material has become which; the content is a millrace.common.v1.GenealogyEdge.
        CREATE TABLE genealogy_edges (
          -- That of the event that tells of it.
          sequence INTEGER PRIMARY KEY,
          site TEXT NOT NULL,
          content BLOB NOT NULL
        ) STRICT;
        CREATE INDEX genealogy_edges_by_site ON genealogy_edges (site, sequence);
        """)
  }

  /// Records the edges of a fact, and publishes each; their identifiers and `recorded_at` are given here.
  public static func add(
    _ edges: [Common.V1.GenealogyEdge], of house: House, at site: SiteCode, fact: Identifier,
    _ transaction: Transaction
  ) throws {
    for (number, reported) in edges.enumerated() {
      var edge = reported
      edge.edgeID = "\(fact)-\(number + 1)"
      edge.site = site.text
      edge.recordedBy = house.name
      edge.recordedAt = .init(transaction.now)
      let content = try edge.encoded()
      let sequence = try transaction.outbox.append(
        NewEvent(
          type: Common.V1.GenealogyEdge.fullName, site: site, key: edge.edgeID, payload: content))
      try transaction.execute(
        "INSERT INTO genealogy_edges (sequence, site, content) VALUES (?, ?, ?)", sequence, site,
        content)
    }
  }

  /// Edges of a site after a sequence, in the order in which they were recorded.
  static func list(_ site: SiteCode, after sequence: Int64, limit: Int, _ snapshot: Snapshot) throws
    -> [(sequence: Int64, content: Common.V1.GenealogyEdge)]
  {
    try snapshot.rows(
      """
      SELECT sequence, content FROM genealogy_edges WHERE site = ? AND sequence > ?
      ORDER BY sequence LIMIT ?
      """, site, sequence, limit
    ) { (try $0.int64(0), try Common.V1.GenealogyEdge(decoding: try $0.blob(1))) }
  }
}
