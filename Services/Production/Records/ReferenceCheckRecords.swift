import Contracts
import Protobuf
import RecordStore
import Values

/// What has come of checking orders against master data, in and out of the database.
enum ReferenceCheckRecords {
  /// The check of an order, `nil` when nobody has checked it.
  static func find(_ key: OrderKey, _ snapshot: Snapshot) throws -> ReferenceCheck? {
    try snapshot.row(
      """
      SELECT state, findings, item_revision, as_of FROM order_reference_checks
      WHERE site = ? AND name = ?
      """, key.site, key.name
    ) { row in
      guard let state = ReferenceCheckState(rawValue: try row.text(0)) else {
        throw RecordStoreError.corrupted("a check of the order \(key) is none of ours")
      }
      let findings = try Production.V1.OrderFindingsChanged(decoding: try row.blob(1)).findings
      return ReferenceCheck(
        state: state,
        findings: findings.map { ReferenceFinding(field: $0.field, rule: $0.rule) },
        itemRevision: try row.int64(2), asOf: try row.optionalInstant(3))
    }
  }

  /// Keeps what has come of it.
  static func put(_ check: ReferenceCheck, _ key: OrderKey, _ transaction: Transaction) throws {
    let findings = Production.V1.OrderFindingsChanged.with {
      $0.findings = check.findings.map { .init($0) }
    }
    try transaction.execute(
      """
      INSERT OR REPLACE INTO order_reference_checks
        (site, name, state, findings, item_revision, as_of, checked_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """, key.site, key.name, check.state.rawValue, try findings.encoded(), check.itemRevision,
      check.asOf, transaction.now)
  }

  /// Orders whose check is not good, after one of them.
  static func open(after key: OrderKey?, limit: Int, _ snapshot: Snapshot) throws -> [OrderKey] {
    try snapshot.rows(
      """
      SELECT site, name FROM order_reference_checks
      WHERE state <> 'good' AND (site, name) > (?, ?) ORDER BY site, name LIMIT ?
      """, key?.site.text ?? "", key?.name ?? "", limit
    ) { OrderKey(site: try $0.site(0), name: try $0.text(1)) }
  }

  /// Forgets the check of an order that is nobody's concern any more.
  static func remove(_ key: OrderKey, _ transaction: Transaction) throws {
    try transaction.execute(
      "DELETE FROM order_reference_checks WHERE site = ? AND name = ?", key.site, key.name)
  }
}

extension Common.V1.FieldViolation {
  init(_ finding: ReferenceFinding) {
    self.init()
    field = finding.field
    rule = finding.rule
  }
}
