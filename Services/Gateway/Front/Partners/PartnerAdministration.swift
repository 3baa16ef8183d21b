public import Environment
public import Identity
public import RecordStore
public import ServiceKit
public import Values

/// The partners of a Gateway: loaded from its records, changed by the RPCs of `PartnerService`.
public struct PartnerAdministration: Sendable {
  /// Who may call, for the ``Authenticator``.
  public let directory: PartnerDirectory

  private let database: Database
  private let grantable: Grantable
  private let keyEnvironment: KeyEnvironment
  private let environment: Environment

  /// The role of those who administer.
  static let adminRole = RoleName("admin")
  /// Who makes the first admin key: somebody at the machine, not a partner.
  private static let console = "console"
  private static let issueAdminKey = "millrace-gateway --issue-admin-key"

  /// Loads the partners of a database.
  /// - Parameters:
  ///   - grantable: what partners can be given.
  ///   - keyEnvironment: which keys are issued and let in.
  public init(
    _ database: Database, grantable: Grantable, keyEnvironment: KeyEnvironment,
    environment: Environment
  ) async throws {
    self.database = database
    self.grantable = grantable
    self.keyEnvironment = keyEnvironment
    self.environment = environment
    let now = environment.clock.now
    directory = try await database.read { snapshot in
      PartnerDirectory(
        partners: try PartnerRecords.all(snapshot),
        credentials: try CredentialRecords.current(at: now, snapshot), at: now)
    }
  }

  /// What `PartnerService` offers.
  public var routes: [Route] {
    [
      .write(PutPartner(book: book, grantable: grantable)),
      .read(ListPartners(incarnation: database.incarnation)),
      .write(IssueKey(book: book, keyEnvironment: keyEnvironment, environment: environment)),
      .write(RegisterCredential(book: book, grantable: grantable)),
      .write(RevokeCredential(book: book)),
      .read(ListCredentials()),
    ]
  }

  /// Whether anybody can administer.
  public var hasAdministrator: Bool {
    directory.hasCaller(at: environment.clock.now) { caller in
      caller.principal.roles.contains(Self.adminRole) && !caller.isSuspended
    }
  }

  /// Makes a key for an administrator of these sites, for whoever is at the machine: how the first
  /// one comes about, and the way back in when the last one is lost. On record like any other.
  /// - Throws: ``ServiceKit/Refusal`` when the name breaks its rule, or has as many credentials as
  ///   it may.
  public func issueAdminKey(_ name: String, sites: Set<SiteCode>) async throws -> APIKey {
    if let violation = Partner.nameRule.violation(of: name) {
      throw Refusal.invalidFields([FieldViolation("the administrator's name", violation)])
    }
    let (book, key) = (book, APIKey.generate(environment, for: keyEnvironment))
    let fact = environment.identifiers.next()
    try await database.write { transaction in
      var partner =
        try PartnerRecords.find(name, transaction)
        ?? Partner(name: name, sites: sites, roles: [Self.adminRole])
      partner.roles.insert(Self.adminRole)
      partner.isSuspended = false
      let change = try book.put(partner, transaction)
      let credential = try book.add(
        key, to: name, expiresAt: nil, madeBy: fact, transaction)
      try transaction.audit.append(
        Self.entry(
          "partner \(name)", before: change.before?.digest, after: change.after.digest))
      try transaction.audit.append(
        Self.entry(credential.auditObject, before: nil, after: credential.digest))
    }
    return key
  }

  private var book: PartnerBook {
    PartnerBook(directory: directory, identifiers: environment.identifiers)
  }

  private static func entry(_ object: String, before: [UInt8]?, after: [UInt8]) -> AuditEntry {
    AuditEntry(
      principal: console, origin: console, action: issueAdminKey, object: object,
      digestBefore: before, digestAfter: after)
  }
}
