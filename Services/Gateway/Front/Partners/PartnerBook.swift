import Environment
import Identity
import RecordStore
import Values

/// What the administration does to partners and credentials: the rules, the records, and the
/// directory when the change is on disk.
struct PartnerBook: Sendable {
  let directory: PartnerDirectory
  let identifiers: IdentifierSource

  /// What a change has come to.
  struct Change<Value: Sendable>: Sendable {
    /// As it was; `nil` when it was not there.
    var before: Value?
    /// As it is now.
    var after: Value
  }

  /// Makes a partner, or replaces what is known of it. The revision is counted here.
  func put(_ wanted: Partner, _ transaction: Transaction) throws -> Change<Partner> {
    var partner = wanted
    let before = try PartnerRecords.find(wanted.name, transaction)
    if let before {
      partner.revision = before.revision
      if partner == before { return Change(before: before, after: before) }
      partner.revision += 1
    } else {
      guard try PartnerRecords.count(transaction) < Partner.maximumCount else {
        throw Refusals.tooManyPartners
      }
      partner.revision = 1
    }
    if partner.isSuspended || !partner.roles.contains(PartnerAdministration.adminRole) {
      try requireAdministrator(transaction) { $0.partner == partner.name }
    }
    try PartnerRecords.put(partner, transaction)
    if let before, !partner.hasRights(of: before) {
      try RevokedTokens.add(
        .partner(partner.name, minimumRevision: partner.revision), transaction)
    }
    transaction.afterCommit { [directory, partner] in directory.put(partner) }
    return Change(before: before, after: partner)
  }

  /// Gives a partner a key.
  /// - Parameter fact: the command that makes it, by which it is found again.
  func add(
    _ key: APIKey, to partner: String, expiresAt: Instant?, madeBy fact: Identifier,
    _ transaction: Transaction
  ) throws -> Credential {
    let credential = Credential(
      id: key.id.description, partner: partner, shown: .apiKey(key.digest),
      createdAt: transaction.now,
      expiresAt: expiresAt)
    try insert(credential, madeBy: fact, transaction)
    return credential
  }

  /// Lets a partner in by a certificate or a token. When it is let in by that already, it stays as
  /// it is.
  func register(
    _ shown: Credential.Shown, for partner: String, expiresAt: Instant?,
    _ transaction: Transaction
  ) throws -> Change<Credential> {
    if let known = try CredentialRecords.find(showing: shown, at: transaction.now, transaction) {
      guard known.partner == partner else { throw Refusals.credentialTaken }
      return Change(before: known, after: known)
    }
    let credential = Credential(
      id: identifiers.next().description, partner: partner, shown: shown,
      createdAt: transaction.now, expiresAt: expiresAt)
    try insert(credential, madeBy: nil, transaction)
    return Change(before: nil, after: credential)
  }

  /// Ends a credential at a time, or now when that has passed. One that ends sooner stays as it is.
  func end(_ id: String, at end: Instant, _ transaction: Transaction) throws -> Change<Credential> {
    guard let before = try CredentialRecords.find(id, transaction) else {
      throw Refusals.credentialNotFound(id)
    }
    var after = before
    after.expiresAt = max(end, transaction.now)
    if let known = before.expiresAt, let wanted = after.expiresAt, known <= wanted {
      return Change(before: before, after: before)
    }
    try requireAdministrator(transaction) { $0.id == id }
    try CredentialRecords.end(id, at: max(end, transaction.now), transaction)
    let now = transaction.now
    try RevokedTokens.add(.credential(id, endsAt: max(end, now)), transaction)
    transaction.afterCommit { [directory, after] in directory.put(after, at: now) }
    return Change(before: before, after: after)
  }

  private func insert(
    _ credential: Credential, madeBy fact: Identifier?, _ transaction: Transaction
  ) throws {
    try Self.require(credential.partner, transaction)
    let now = transaction.now
    let current = try CredentialRecords.list(of: credential.partner, transaction)
      .count { !$0.hasEnded(at: now) }
    guard current < Partner.maximumCredentials else { throw Refusals.tooManyCredentials }
    try CredentialRecords.insert(credential, madeBy: fact, transaction)
    transaction.afterCommit { [directory] in directory.put(credential, at: now) }
  }

  /// Refuses to take away the last way in for administrators, now or at a time. One that was made to end
  /// ends.
  private func requireAdministrator(
    _ snapshot: Snapshot, without isTaken: (Credential) -> Bool
  ) throws {
    let ways = try CredentialRecords.current(
      ofRole: PartnerAdministration.adminRole, at: snapshot.now, snapshot)
    if ways.contains(where: isTaken), ways.allSatisfy(isTaken) {
      throw Refusals.lastAdministrator
    }
  }

  /// Refuses what is said about a partner that is not there.
  static func require(_ partner: String, _ snapshot: Snapshot) throws {
    guard try PartnerRecords.find(partner, snapshot) != nil else {
      throw Refusals.partnerNotFound(partner)
    }
  }
}
