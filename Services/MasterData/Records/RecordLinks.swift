import RecordStore

/// What records name: each other, and names that only one may have.
enum RecordLinks {
  /// Stores which records of a kind a record names, in place of those of that kind before.
  static func put(
    _ kind: RecordKind, _ code: String, names targets: Set<String>, of targetKind: RecordKind,
    _ transaction: Transaction
  ) throws {
    try transaction.execute(
      "DELETE FROM master_references WHERE kind = ? AND code = ? AND to_kind = ?", kind.rawValue,
      code, targetKind.rawValue)
    for target in targets {
      try transaction.execute(
        "INSERT INTO master_references (kind, code, to_kind, to_code) VALUES (?, ?, ?, ?)",
        kind.rawValue, code, targetKind.rawValue, target)
    }
  }

  /// A record in use that names this one, `nil` when none does.
  static func user(of kind: RecordKind, _ code: String, _ snapshot: Snapshot) throws -> String? {
    try snapshot.row(
      """
      SELECT code FROM master_references JOIN master_records USING (kind, code)
      WHERE to_kind = ? AND to_code = ? AND life_cycle = 'released' LIMIT 1
      """, kind.rawValue, code
    ) { try $0.text(0) }
  }

  /// Gives a record a name of its own, in place of the one before; none when it is empty.
  static func put(
    _ kind: RecordKind, _ code: String, name: String, _ transaction: Transaction
  ) throws {
    try transaction.execute(
      "DELETE FROM master_names WHERE kind = ? AND code = ?", kind.rawValue, code)
    guard !name.isEmpty else { return }
    try transaction.execute(
      "INSERT INTO master_names (kind, name, code) VALUES (?, ?, ?)", kind.rawValue, name, code)
  }

  /// Which record of a kind has a name, `nil` when none does.
  static func owner(_ kind: RecordKind, of name: String, _ snapshot: Snapshot) throws -> String? {
    try snapshot.row(
      "SELECT code FROM master_names WHERE kind = ? AND name = ?", kind.rawValue, name
    ) { try $0.text(0) }
  }
}
