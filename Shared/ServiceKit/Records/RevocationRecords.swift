public import Identity
public import RecordStore

/// The list of revocations as a service stores it, so that it holds after a restart while the Gateway
/// is down.
public enum RevocationRecords {
  /// The tables, as a step of the service's own schema.
  public static func migration(version: Int) -> Migration {
    Migration(
      version: version, name: "keep_revocations",
      sql: """
        CREATE TABLE revocation_epoch (
          id INTEGER PRIMARY KEY CHECK (id = 1),
          source TEXT NOT NULL,
          epoch INTEGER NOT NULL
        ) STRICT;

        -- Of a credential from when it is not believed, of a partner below which revision, of all before when
        -- they must have been issued not to be.
        CREATE TABLE revocations (
          kind TEXT NOT NULL CHECK (kind IN ('credential', 'partner', 'all')),
          name TEXT NOT NULL,
          bound INTEGER NOT NULL,
          PRIMARY KEY (kind, name)
        ) STRICT, WITHOUT ROWID;
        """)
  }

  /// What the Gateway has said last.
  public static func load(_ snapshot: Snapshot) throws -> RevocationList.Content {
    let said = try snapshot.row("SELECT source, epoch FROM revocation_epoch") {
      (source: try $0.text(0), epoch: try $0.int64(1))
    }
    guard let said else { return RevocationList.Content() }
    let entries = try snapshot.rows("SELECT kind, name, bound FROM revocations") {
      try RevocationList.Entry($0)
    }
    return RevocationList.Content(source: said.source, epoch: said.epoch, entries)
  }

  static func put(_ content: RevocationList.Content, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO revocation_epoch VALUES (1, ?, ?)
      ON CONFLICT (id) DO UPDATE SET source = excluded.source, epoch = excluded.epoch
      """, content.source, content.epoch)
    try transaction.execute("DELETE FROM revocations")
    for entry in content.entries {
      try transaction.execute(
        "INSERT INTO revocations VALUES (?, ?, ?)", entry.kind, entry.name, entry.bound)
    }
  }
}
