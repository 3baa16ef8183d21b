/// The tables of the store itself. All begin with `rs_`, which services leave alone.
enum StoreMigrations {
  static let all = [
    Migration(
      version: 1, name: "create_store",
      sql: """
        CREATE TABLE rs_meta (
          id INTEGER PRIMARY KEY CHECK (id = 1),
          incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
          created_at INTEGER NOT NULL,
          pruned_through INTEGER NOT NULL DEFAULT 0
        ) STRICT;

        CREATE TABLE rs_fact_ledger (
          key BLOB PRIMARY KEY CHECK (length(key) = 16),
          fact_id BLOB NOT NULL CHECK (length(fact_id) = 16),
          fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 16),
          scheme INTEGER NOT NULL,
          recorded_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE rs_outbox (
          sequence INTEGER PRIMARY KEY,
          recorded_at INTEGER NOT NULL,
          type TEXT NOT NULL,
          site TEXT NOT NULL,
          key TEXT NOT NULL,
          payload BLOB NOT NULL
        ) STRICT;

        CREATE TABLE rs_consumers (
          name TEXT PRIMARY KEY,
          acknowledged INTEGER NOT NULL CHECK (acknowledged >= 0),
          registered_at INTEGER NOT NULL,
          acknowledged_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE rs_audit (
          sequence INTEGER PRIMARY KEY,
          at INTEGER NOT NULL,
          principal TEXT NOT NULL,
          origin TEXT NOT NULL,
          action TEXT NOT NULL,
          object TEXT NOT NULL,
          outcome TEXT NOT NULL,
          correlation TEXT NOT NULL,
          digest_before BLOB,
          digest_after BLOB
        ) STRICT;
        """),
    // Entries of before have the link of nothing: the chain begins behind them.
    Migration(
      version: 2, name: "chain_audit",
      sql: """
        ALTER TABLE rs_audit ADD COLUMN link BLOB NOT NULL
          DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000'
          CHECK (length(link) = 32);

        CREATE TABLE rs_audit_heads (
          sequence INTEGER PRIMARY KEY,
          link BLOB NOT NULL CHECK (length(link) = 32),
          incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
          signed_at INTEGER NOT NULL,
          key TEXT NOT NULL,
          signature BLOB NOT NULL
        ) STRICT;
        """),
    Migration(
      version: 3, name: "remember_archived",
      sql: """
        CREATE TABLE rs_archived (
          plan TEXT NOT NULL,
          key INTEGER NOT NULL,
          file TEXT NOT NULL,
          rows INTEGER NOT NULL,
          digest BLOB NOT NULL CHECK (length(digest) = 32),
          audit_sequence INTEGER NOT NULL,
          -- Whether its rows have been deleted here.
          cleared INTEGER NOT NULL DEFAULT 0 CHECK (cleared IN (0, 1)),
          PRIMARY KEY (plan, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX rs_archived_by_file ON rs_archived (file);
        CREATE INDEX rs_archived_uncleared ON rs_archived (plan) WHERE cleared = 0;
        """),
  ]
}
