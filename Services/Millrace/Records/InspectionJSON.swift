import JSON
import RecordStore
import Values

/// An inspection as scripts read it. Times are RFC 3339, sizes bytes, ages milliseconds.
enum InspectionJSON {
  static func value(_ inspection: DatabaseInspection, path: String) -> JSONValue {
    let (facts, size) = (inspection.facts, inspection.size)
    return .object([
      "path": .string(path), "isBackup": .bool(inspection.isBackup),
      "incarnation": .string("\(facts.incarnation)"), "createdAt": .string("\(facts.createdAt)"),
      "bytes": .int(size.bytes), "logBytes": .int(size.logBytes),
      "pageBytes": .int(size.pageBytes), "pages": .int(size.pages),
      "freePages": .int(size.freePages), "newestEvent": .int(facts.newestEvent),
      "prunedThrough": .int(facts.prunedThrough), "auditSequence": .int(facts.auditSequence),
      "migrations": .array(inspection.migrations.map(migration)),
      "rows": .object(
        Dictionary(
          inspection.tables.map { ($0.name, $0.rows.map { .int($0) } ?? .null) }
        ) { first, _ in first }),
      "consumers": .array(inspection.consumers.map { consumer($0, inspection) }),
      "check": check(inspection.check),
    ])
  }

  private static func migration(_ migration: DatabaseInspection.AppliedMigration) -> JSONValue {
    .object([
      "scope": .string(migration.scope), "version": .int(Int64(migration.version)),
      "name": .string(migration.name), "appliedAt": .string("\(migration.appliedAt)"),
      "state": .string(migration.state.rawValue),
    ])
  }

  private static func consumer(
    _ state: FeedLag, _ inspection: DatabaseInspection
  ) -> JSONValue {
    .object([
      "name": .string(state.consumer.name), "acknowledged": .int(state.consumer.acknowledged),
      "lag": .int(state.eventCount),
      "oldestUnacknowledgedAgeMilliseconds":
        state.oldestRecordedAt.map { .int(inspection.at.milliseconds(since: $0)) } ?? .null,
      "acknowledgedAt": .string("\(state.consumer.acknowledgedAt)"),
    ])
  }

  /// `null` when it was not asked for, an empty list when nothing was found.
  private static func check(_ result: CheckResult?) -> JSONValue {
    switch result {
    case nil: .null
    case .sound: .array([])
    case .damaged(let findings): .array(findings.map { .string($0) })
    }
  }
}
