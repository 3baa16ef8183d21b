import RecordStore
import Values

/// An inspection as people read it.
enum InspectionTables {
  static func lines(_ inspection: DatabaseInspection, path: String) -> [String] {
    var lines = ["\(path), \(inspection.isBackup ? "a backup" : "a database")"]
    lines += summary(inspection).lines()
    lines += ["", "Migrations"] + migrations(inspection).lines()
    lines += ["", "Tables"] + tables(inspection).lines()
    lines += ["", "Consumers of the feed"] + consumers(inspection)
    switch inspection.check {
    case nil: break
    case .sound: lines += ["", "Checked: no damage was found."]
    case .damaged(let findings):
      lines += [
        "", "DAMAGED. Stop the service, keep this file and restore the newest good backup.",
      ]
      lines += findings.map { "  \($0)" }
    }
    return lines
  }

  private static func summary(_ inspection: DatabaseInspection) -> TextTable {
    let (facts, size) = (inspection.facts, inspection.size)
    var table = TextTable([("", .left), ("", .left)])
    table.add(["incarnation", "\(facts.incarnation)"])
    table.add(["created", "\(facts.createdAt)"])
    table.add(["file", RecordsText.bytes(size.bytes)])
    table.add(["write-ahead log", RecordsText.bytes(size.logBytes)])
    table.add([
      "pages", "\(size.pages) of \(RecordsText.bytes(size.pageBytes)), \(size.freePages) free",
    ])
    table.add(["newest event", "\(facts.newestEvent), pruned through \(facts.prunedThrough)"])
    table.add(["audit entries", "through \(facts.auditSequence)"])
    return table
  }

  private static func migrations(_ inspection: DatabaseInspection) -> TextTable {
    var table = TextTable([
      ("scope", .left), ("version", .right), ("name", .left), ("applied", .left), ("", .left),
    ])
    for migration in inspection.migrations {
      table.add([
        migration.scope, "\(migration.version)", migration.name, "\(migration.appliedAt)",
        remark(migration.state),
      ])
    }
    return table
  }

  private static func remark(_ state: DatabaseInspection.MigrationState) -> String {
    switch state {
    case .same, .unknown: ""
    case .changed: "DIFFERS from this program's"
    case .newer: "NEWER than this program"
    }
  }

  private static func tables(_ inspection: DatabaseInspection) -> TextTable {
    var table = TextTable([("table", .left), ("rows", .right)])
    for each in inspection.tables {
      table.add([each.name, each.rows.map { "\($0)" } ?? "DAMAGED"])
    }
    return table
  }

  private static func consumers(_ inspection: DatabaseInspection) -> [String] {
    guard !inspection.consumers.isEmpty else { return ["  none"] }
    var table = TextTable([
      ("name", .left), ("acknowledged", .right), ("behind by", .right), ("oldest waits", .right),
      ("last acknowledgement", .left),
    ])
    for each in inspection.consumers {
      table.add([
        each.consumer.name, "\(each.consumer.acknowledged)", "\(each.eventCount)",
        each.oldestRecordedAt.map { RecordsText.age(of: $0, at: inspection.at) } ?? "-",
        "\(each.consumer.acknowledgedAt)",
      ])
    }
    return table.lines()
  }
}
