public import Environment
public import Identity
public import Logging
public import RPC
public import RecordStore
public import Values

/// What all operations of a service share.
public struct ServiceContext: Sendable {
  /// The records.
  public let database: Database
  /// Says who calls. Throws ``Refusal``.
  public let authenticate: @Sendable (CallContext) throws -> Principal
  /// The sites this service has.
  public let sites: Set<SiteCode>
  /// Time, randomness, identifiers.
  public let environment: Environment
  /// Where unforeseen failures are written.
  public let logger: Logger
  /// Ends the streams when the service stops.
  public let drain: Drain
  /// Remembers who was refused for lack of rights.
  let refusals: RefusalAudit

  /// A context of its parts.
  public init(
    database: Database, authenticate: @escaping @Sendable (CallContext) throws -> Principal,
    sites: Set<SiteCode>, environment: Environment, logger: Logger, drain: Drain
  ) {
    self.database = database
    self.authenticate = authenticate
    self.sites = sites
    self.environment = environment
    self.logger = logger
    self.drain = drain
    refusals = RefusalAudit(database, clock: environment.clock, logger: logger)
  }
}

/// Believes the principal that the Gateway has signed, and nobody else.
public func forwardedPrincipal(_ verifier: PrincipalVerifier, logger: Logger)
  -> @Sendable (CallContext) throws -> Principal
{
  { context in
    guard let token = context.metadata[PrincipalToken.metadataName] else {
      throw Refusal.unauthenticated
    }
    do {
      return try verifier.verify(token)
    } catch {
      logger.notice("a forwarded principal was not believed", metadata: ["error": "\(error)"])
      throw Refusal.unauthenticated
    }
  }
}
