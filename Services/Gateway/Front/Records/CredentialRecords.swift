import Identity
import RecordStore
import Values

/// Credentials as they are stored.
enum CredentialRecords {
  private static let columns = "credential_id, partner, kind, digest, name, created_at, expires_at"

  /// Every credential that has not ended.
  static func current(at now: Instant, _ snapshot: Snapshot) throws -> [Credential] {
    try snapshot.rows(
      "SELECT \(columns) FROM front_credentials WHERE expires_at IS NULL OR expires_at > ?", now
    ) { try read($0) }
  }

  /// Every credential that lets somebody in who has a role now.
  static func current(
    ofRole role: RoleName, at now: Instant, _ snapshot: Snapshot
  ) throws -> [Credential] {
    try snapshot.rows(
      """
      SELECT \(columns) FROM front_credentials
      WHERE (expires_at IS NULL OR expires_at > ?1) AND partner IN
        (SELECT name FROM front_partners
         WHERE NOT is_suspended AND instr(' ' || roles || ' ', ' ' || ?2 || ' ') > 0)
      """, now, role.description
    ) { try read($0) }
  }

  /// The credential of an identifier.
  static func find(_ id: String, _ snapshot: Snapshot) throws -> Credential? {
    try snapshot.row(
      "SELECT \(columns) FROM front_credentials WHERE credential_id = ?", id
    ) { try read($0) }
  }

  /// The key that a command has made.
  static func find(madeBy fact: Identifier, _ snapshot: Snapshot) throws -> Credential? {
    try snapshot.row("SELECT \(columns) FROM front_credentials WHERE fact = ?", fact) {
      try read($0)
    }
  }

  /// The credential that shows the same and has not ended, whoever's it is.
  static func find(
    showing shown: Credential.Shown, at now: Instant, _ snapshot: Snapshot
  ) throws -> Credential? {
    let stored = Stored(shown)
    return try snapshot.row(
      """
      SELECT \(columns) FROM front_credentials
      WHERE kind = ? AND name = ? AND (expires_at IS NULL OR expires_at > ?)
      """, stored.kind.rawValue, stored.name, now
    ) { try read($0) }
  }

  /// A partner's credentials, the newest first.
  static func list(of partner: String, _ snapshot: Snapshot) throws -> [Credential] {
    try snapshot.rows(
      """
      SELECT \(columns) FROM front_credentials WHERE partner = ?
      ORDER BY created_at DESC, credential_id DESC LIMIT ?
      """, partner, Partner.maximumRememberedCredentials
    ) { try read($0) }
  }

  /// Stores a new credential; the oldest ones of its partner that have ended make room.
  static func insert(
    _ credential: Credential, madeBy fact: Identifier? = nil, _ transaction: Transaction
  ) throws {
    let stored = Stored(credential.shown)
    try transaction.execute(
      "INSERT INTO front_credentials (\(columns), fact) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      credential.id, credential.partner, stored.kind.rawValue, stored.digest, stored.name,
      credential.createdAt, credential.expiresAt, fact)
    try transaction.execute(
      """
      DELETE FROM front_credentials WHERE expires_at <= ?2 AND credential_id IN (
        SELECT credential_id FROM front_credentials WHERE partner = ?1
        ORDER BY created_at DESC, credential_id DESC LIMIT -1 OFFSET ?3)
      """, credential.partner, transaction.now, Partner.maximumRememberedCredentials)
  }

  /// Stores another end.
  static func end(_ id: String, at end: Instant, _ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE front_credentials SET expires_at = ? WHERE credential_id = ?", end, id)
  }

  /// What is shown, as columns.
  private struct Stored {
    enum Kind: String {
      case apiKey = "api-key"
      case certificate
      case token
    }

    var kind: Kind
    var digest: [UInt8]?
    var name: String?

    init(_ shown: Credential.Shown) {
      switch shown {
      case .apiKey(let digest): (kind, self.digest) = (.apiKey, digest.bytes)
      case .certificate(let name): (kind, self.name) = (.certificate, name.text)
      case .token(let token): (kind, name) = (.token, "\(token.issuer) \(token.subject)")
      }
    }
  }

  private static func read(_ row: Row) throws -> Credential {
    Credential(
      id: try row.text(0), partner: try row.text(1), shown: try shown(row),
      createdAt: try row.instant(5), expiresAt: try row.optionalInstant(6))
  }

  private static func shown(_ row: Row) throws -> Credential.Shown {
    switch Stored.Kind(rawValue: try row.text(2)) {
    case .apiKey:
      if let digest = KeyDigest(bytes: try row.blob(3)) { return .apiKey(digest) }
    case .certificate:
      if let name = CertificateName(try row.text(4)) { return .certificate(name) }
    case .token:
      let parts = try row.text(4).split(separator: " ")
      if parts.count == 2 {
        return .token(TokenSubject(issuer: String(parts[0]), subject: String(parts[1])))
      }
    case nil: break
    }
    throw StoredCredentialError(id: try row.text(0))
  }
}

/// A row that no program of ours has written like this.
struct StoredCredentialError: Error, CustomStringConvertible {
  let id: String
  var description: String { "the stored credential \(id) cannot be read" }
}
