import RecordStore

extension FrontMigrations {
  /// Partners and their credentials.
  static let createPartners = Migration(
    version: 2, name: "create_partners",
    sql: """
      -- Sites and roles are codes without spaces, in order, with one space between two of them.
      CREATE TABLE front_partners (
        name TEXT PRIMARY KEY,
        sites TEXT NOT NULL,
        roles TEXT NOT NULL,
        partner_code TEXT NOT NULL,
        calls_per_second INTEGER NOT NULL,
        burst INTEGER NOT NULL,
        concurrent_calls INTEGER NOT NULL,
        calls_per_day INTEGER,
        is_suspended INTEGER NOT NULL,
        revision INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      -- Of a key the digest of its secret; of a certificate its name; of a token its issuer, a space, and its
      -- subject. Rows stay when the credential has ended. The command that made a key is its fact.
      CREATE TABLE front_credentials (
        credential_id TEXT PRIMARY KEY,
        partner TEXT NOT NULL REFERENCES front_partners (name),
        kind TEXT NOT NULL CHECK (kind IN ('api-key', 'certificate', 'token')),
        digest BLOB CHECK (length(digest) = 32),
        name TEXT,
        created_at INTEGER NOT NULL,
        expires_at INTEGER,
        fact BLOB,
        CHECK ((kind = 'api-key') = (digest IS NOT NULL)),
        CHECK ((kind = 'api-key') = (name IS NULL))
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX front_credentials_by_partner ON front_credentials (partner, created_at);
      CREATE INDEX front_credentials_by_name ON front_credentials (kind, name) WHERE name IS NOT NULL;
      CREATE UNIQUE INDEX front_credentials_by_fact ON front_credentials (fact) WHERE fact IS NOT NULL;
      """)
}
