public import Contracts
import Protobuf
public import RecordStore
public import Values

/// MasterData's records as a service has copied them.
public enum ReferenceRecords {
  /// The tables, as a step of the service's own schema.
  public static func migration(version: Int) -> Migration {
    Migration(
      version: version, name: "keep_reference_copy",
      sql: """
        -- Records of MasterData; the content is a millrace.masterdata.v1.Record. What is of all sites has an
        -- empty site.
        CREATE TABLE reference_records (
          kind INTEGER NOT NULL,
          site TEXT NOT NULL,
          code TEXT NOT NULL,
          content BLOB NOT NULL,
          -- Which reading of everything has seen it last.
          reading INTEGER NOT NULL,
          PRIMARY KEY (kind, site, code)
        ) STRICT, WITHOUT ROWID;

        -- How far each watch has come: that of a site, and that of what is of all sites, whose site is empty.
        CREATE TABLE reference_watches (
          site TEXT NOT NULL PRIMARY KEY,
          -- The kinds that it asks for.
          question TEXT NOT NULL,
          resume_token TEXT NOT NULL,
          reading INTEGER NOT NULL,
          -- When all had been told; NULL until that was so once.
          complete_at INTEGER
        ) STRICT, WITHOUT ROWID;
        """)
  }

  static func put(
    _ record: Masterdata.V1.Record, _ reading: Int64, _ transaction: Transaction
  ) throws {
    guard let (kind, head) = record.kindAndHead else { return }
    try transaction.execute(
      """
      INSERT OR REPLACE INTO reference_records (kind, site, code, content, reading)
      VALUES (?, ?, ?, ?, ?)
      """, Int64(kind.rawValue), head.site, head.code, try record.encoded(), reading)
  }

  /// Forgets what a reading of everything has not seen any more: MasterData was restored to a day when it
  /// was not there.
  static func forget(
    before reading: Int64, in place: String, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      "DELETE FROM reference_records WHERE site = ? AND reading < ?", place, reading)
  }

  /// A record of a site or of all sites, `nil` when the copy has none.
  public static func find(
    _ kind: Masterdata.V1.RecordKind, _ code: String, site: String, _ snapshot: Snapshot
  ) throws -> Masterdata.V1.Record? {
    try snapshot.row(
      "SELECT content FROM reference_records WHERE kind = ? AND site = ? AND code = ?",
      Int64(kind.rawValue), site, code
    ) { try Masterdata.V1.Record(decoding: try $0.blob(0)) }
  }

  /// The rules of a site by which a system owns what, those that are in force at some time.
  static func ownership(of site: SiteCode, _ snapshot: Snapshot) throws -> OwnershipRules {
    let records = try snapshot.rows(
      "SELECT content FROM reference_records WHERE kind = ? AND site = ? LIMIT ?",
      Int64(Masterdata.V1.RecordKind.ownershipRule.rawValue), site, maximumRules
    ) { try Masterdata.V1.Record(decoding: try $0.blob(0)) }
    return OwnershipRules(
      records.compactMap { record in
        guard case .ownershipRule(let rule) = record.content, rule.head?.lifeCycle == .released,
          let period = rule.head?.period
        else { return nil }
        return OwnershipRules.Rule(
          subject: rule.subject, stage: rule.stage, owner: rule.owner, period: period)
      })
  }

  /// More than MasterData has in force for a site, withdrawn ones included.
  private static let maximumRules = 10_000
}

extension Masterdata.V1.RecordHead {
  /// When the record holds; `nil` when it says nonsense, which MasterData refuses.
  public var period: EffectivePeriod? {
    EffectivePeriod(from: effectiveFrom?.instant, until: effectiveUntil?.instant)
  }

  /// Whether the record may be used at a moment.
  public func isInForce(at moment: Instant) -> Bool {
    lifeCycle == .released && (period?.contains(moment) ?? false)
  }
}

extension Masterdata.V1.Record {
  /// What it is and its head; `nil` for a kind that this program does not know yet.
  fileprivate var kindAndHead: (Masterdata.V1.RecordKind, Masterdata.V1.RecordHead)? {
    func with(_ kind: Masterdata.V1.RecordKind, _ head: Masterdata.V1.RecordHead?)
      -> (Masterdata.V1.RecordKind, Masterdata.V1.RecordHead)?
    {
      head.map { (kind, $0) }
    }
    switch content {
    case .unit(let record): return with(.unit, record.head)
    case .item(let record): return with(.item, record.head)
    case .site(let record): return with(.site, record.head)
    case .shiftCalendar(let record): return with(.shiftCalendar, record.head)
    case .workCenter(let record): return with(.workCenter, record.head)
    case .warehouse(let record): return with(.warehouse, record.head)
    case .location(let record): return with(.location, record.head)
    case .businessPartner(let record): return with(.businessPartner, record.head)
    case .supplierItem(let record): return with(.supplierItem, record.head)
    case .routing(let record): return with(.routing, record.head)
    case .billOfMaterial(let record): return with(.billOfMaterial, record.head)
    case .mappingRule(let record): return with(.mappingRule, record.head)
    case .ownershipRule(let record): return with(.ownershipRule, record.head)
    case nil: return nil
    }
  }
}
