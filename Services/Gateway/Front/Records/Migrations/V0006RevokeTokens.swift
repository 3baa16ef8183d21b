import RecordStore

extension FrontMigrations {
  /// What services must not believe any more.
  static let revokeTokens = Migration(
    version: 6, name: "revoke_tokens",
    sql: """
      CREATE TABLE front_revocation_epoch (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        epoch INTEGER NOT NULL
      ) STRICT;
      INSERT INTO front_revocation_epoch VALUES (1, 0);

      -- Of a credential from when its tokens are not believed, of a partner below which revision, of all before
      -- when they must have been issued not to be. Kept until no token of before can be good.
      CREATE TABLE front_revoked_tokens (
        kind TEXT NOT NULL CHECK (kind IN ('credential', 'partner', 'all')),
        name TEXT NOT NULL,
        bound INTEGER NOT NULL,
        kept_until INTEGER NOT NULL,
        PRIMARY KEY (kind, name)
      ) STRICT, WITHOUT ROWID;
      """)
}
