public import Values

/// Says that the audit log of a database ended with a certain entry at a certain time, signed. Kept
/// elsewhere it proves later that nothing up to that entry was changed or cut off.
public struct SignedAuditHead: Sendable, Hashable {
  /// The newest entry then.
  public let sequence: Int64
  /// Its link, which covers every entry up to it.
  public let link: AuditLink
  /// The database's incarnation then.
  public let incarnation: Incarnation
  /// When it was signed.
  public let signedAt: Instant
  /// The name of the key.
  public let keyID: String
  /// The key's signature of ``content``.
  public let signature: [UInt8]

  /// A head of its parts, as it was exported.
  public init(
    sequence: Int64, link: AuditLink, incarnation: Incarnation, signedAt: Instant, keyID: String,
    signature: [UInt8]
  ) {
    self.sequence = sequence
    self.link = link
    self.incarnation = incarnation
    self.signedAt = signedAt
    self.keyID = keyID
    self.signature = signature
  }

  /// What is signed: the SHA-256 of everything else, and of what it is for.
  public var content: [UInt8] {
    var digest = CanonicalDigest()
    digest.add("millrace audit head 1")
    digest.add(sequence)
    digest.add(link.bytes)
    digest.add(incarnation.identifier.bytes)
    digest.add(signedAt.microseconds)
    digest.add(keyID)
    return digest.bytes()
  }

  func signed(by signer: AuditSigner) throws -> SignedAuditHead {
    SignedAuditHead(
      sequence: sequence, link: link, incarnation: incarnation, signedAt: signedAt, keyID: keyID,
      signature: try signer.sign(content))
  }
}

/// Signs audit heads.
public struct AuditSigner: Sendable {
  /// The key's name.
  public let keyID: String
  let sign: @Sendable ([UInt8]) throws -> [UInt8]

  /// A signer with a key of a name.
  public init(keyID: String, sign: @escaping @Sendable ([UInt8]) throws -> [UInt8]) {
    self.keyID = keyID
    self.sign = sign
  }
}

extension Database {
  /// Signs where the audit log ends and keeps that beside it; nil when the newest entry has been
  /// signed already, or there is none.
  @discardableResult
  nonisolated(nonsending) public func signAuditHead(_ signer: AuditSigner) async throws
    -> SignedAuditHead?
  {
    let incarnation = incarnation
    return try await write { transaction in
      let head = transaction.heads.audit
      guard head.sequence > (try transaction.newestSignedSequence) else { return nil }
      let signed = try SignedAuditHead(
        sequence: head.sequence, link: head.link, incarnation: incarnation,
        signedAt: transaction.now, keyID: signer.keyID, signature: []
      ).signed(by: signer)
      try transaction.execute(
        """
        INSERT INTO rs_audit_heads (sequence, link, incarnation, signed_at, key, signature)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        signed.sequence, signed.link.bytes, incarnation.identifier, signed.signedAt, signed.keyID,
        signed.signature)
      return signed
    }
  }
}

extension Snapshot {
  /// The signed heads after a sequence, at most `limit`, oldest first.
  public final func signedAuditHeads(after: Int64, limit: Int) throws -> [SignedAuditHead] {
    try rows(
      """
      SELECT sequence, link, incarnation, signed_at, key, signature
      FROM rs_audit_heads WHERE sequence > ? ORDER BY sequence LIMIT ?
      """,
      after, limit
    ) { row in
      SignedAuditHead(
        sequence: try row.int64(0), link: try row.auditLink(1),
        incarnation: Incarnation(try row.identifier(2)), signedAt: try row.instant(3),
        keyID: try row.text(4), signature: try row.blob(5))
    }
  }

  final var newestSignedSequence: Int64 {
    get throws {
      try row("SELECT coalesce(max(sequence), 0) FROM rs_audit_heads") { try $0.int64(0) } ?? 0
    }
  }
}
