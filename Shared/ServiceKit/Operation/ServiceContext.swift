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
  /// Says who makes a call that the Gateway has forwarded. Throws ``Refusal``.
  private let authenticate: @Sendable (CallContext) throws -> Principal
  /// Those who call by themselves; `nil` where nobody does.
  private let inPlant: InPlantCallers?
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
  /// - Parameter refusals: where refusals are counted for the metrics.
  public init(
    database: Database, authenticate: @escaping @Sendable (CallContext) throws -> Principal,
    inPlant: InPlantCallers? = nil, sites: Set<SiteCode>, environment: Environment, logger: Logger,
    drain: Drain, refusals: RefusalCounts = RefusalCounts()
  ) {
    self.database = database
    self.authenticate = authenticate
    self.inPlant = inPlant
    self.sites = sites
    self.environment = environment
    self.logger = logger
    self.drain = drain
    self.refusals = RefusalAudit(
      database, clock: environment.clock, logger: logger, counts: refusals)
  }

  /// Who calls, and which paths it may call: `nil` for all, because the Gateway has decided.
  func caller(
    _ context: CallContext
  ) throws -> (principal: Principal, grantedPaths: Set<String>?) {
    guard let inPlant, inPlant.isDirect(context) else {
      return (try authenticate(context), nil)
    }
    let (principal, binding) = try inPlant.authenticate(context)
    return (principal, binding.paths)
  }

  /// Runs the body of a call that lasts, and ends it when its token does. A forwarded one is ended by
  /// the Gateway.
  func whileConfirmed(
    _ context: CallContext, _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    guard let inPlant, inPlant.isDirect(context) else { return try await body() }
    try await CallsThatLast.run(
      whileConfirmedBy: { _ = try inPlant.authenticate(context) }, body)
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
