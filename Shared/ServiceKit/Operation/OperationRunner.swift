import Environment
import Identity
import Logging
import NIOCore
import Protobuf
import RPC
import RecordStore
import Values

/// The sequence of every call, written once: decode → authorise → validate → transaction { identity
/// check, execute, outbox, audit } → group commit → encode.
enum OperationRunner {
  /// How many responses a watch reads at once: bounds what a slow reader holds in memory.
  static let watchPageLimit = 64
  /// Shortest time between two looks of a watch that has seen all there is, in milliseconds. Under
  /// load there is a commit every few milliseconds, each of which would wake every watch: fifty
  /// looks a second are as good for a person or an MES, and what changes between two of them is
  /// sent once.
  static let watchIntervalMilliseconds: Int64 = 20

  /// Who calls: everything that follows is done for somebody.
  static func call<O: Operation>(
    _ operation: O.Type, _ message: ByteBuffer, _ context: CallContext, _ service: ServiceContext
  ) throws -> Call {
    let (principal, grantedPaths) = try service.caller(context)
    var call = Call(principal: principal, context, byteCount: message.readableBytes)
    call.grantedPaths = grantedPaths
    // At the Gateway the front has said it.
    if service.logger.logLevel <= .debug, context.attachment == nil {
      context.attachment = NamedCaller(principal.subject)
    }
    return call
  }

  /// Everything else before the records are touched.
  static func admit<O: Operation>(
    _ operation: O, _ message: ByteBuffer, _ call: Call, _ service: ServiceContext
  ) throws -> O.Input {
    let request: O.Request = try MessageCoding.decode(message)
    try authorise(operation, request, call.principal, service)
    var fields = Fields(now: service.environment.clock.now)
    let input = operation.validate(request, &fields)
    guard fields.violations.isEmpty else { throw Refusal.invalidFields(fields.violations) }
    return input
  }

  /// A site that is no site code at all is left to `validate`, which reports it together with all
  /// other violations. A site that is not granted is refused before anyone learns whether it
  /// exists.
  static func authorise<O: Operation>(
    _ operation: O, _ request: O.Request, _ principal: Principal, _ service: ServiceContext
  ) throws {
    if O.callers == .integration, principal.kind != .integration {
      throw Refusal.notSystemOfRecord
    }
    guard let text = operation.site(of: request), SiteCode.rule.violation(of: text) == nil else {
      return
    }
    let site = SiteCode(text)
    guard principal.mayAct(for: site) else { throw Refusal.siteNotGranted(text) }
    guard service.sites.contains(site) else { throw Refusal.siteUnknown(text) }
  }

  /// One request of a stream of them, checked like the request of any other call.
  static func take<O: CollectOperation>(
    _ operation: O, _ message: ByteBuffer, into collected: inout O.Collected, _ call: Call,
    _ service: ServiceContext
  ) throws {
    let request: O.Request = try MessageCoding.decode(message)
    try authorise(operation, request, call.principal, service)
    var fields = Fields(now: service.environment.clock.now)
    try operation.take(request, into: &collected, &fields)
    guard fields.violations.isEmpty else { throw Refusal.invalidFields(fields.violations) }
  }

  static func run<O: ReadOperation>(
    _ operation: O, _ input: O.Input, _ call: Call, _ service: ServiceContext
  ) async throws -> O.Response {
    try await service.database.read { try operation.execute(input, $0, call) }
  }

  static func run<O: WriteOperation>(
    _ operation: O, _ input: O.Input, _ call: Call, _ service: ServiceContext
  ) async throws -> O.Response {
    try await service.database.write(bytes: call.byteCount) { transaction in
      let effect = try operation.execute(input, transaction, call)
      try audit(effect.audit, transaction, call)
      return effect.response
    }
  }

  static func run<O: IdentifiedWriteOperation>(
    _ operation: O, _ input: O.Input, _ call: Call, _ service: ServiceContext
  ) async throws -> O.Response {
    let newFact = service.environment.identifiers.next()
    return try await service.database.write(bytes: call.byteCount) { transaction in
      try perform(operation, input, newFact: newFact, transaction, call)
    }
  }

  /// Recognises the identity, or judges and writes.
  static func perform<O: IdentifiedWriteOperation>(
    _ operation: O, _ input: O.Input, newFact: Identifier, _ transaction: Transaction, _ call: Call
  ) throws -> O.Response {
    try operation.admit(input, transaction, call)
    let identity = operation.identity(of: input)
    let key = identity.key(principal: call.principal)
    let fingerprint = fingerprint(operation, input, scheme: O.contentScheme)
    let known = try transaction.ledger.look(up: key, fingerprint: fingerprint) { older in
      older < O.contentScheme ? self.fingerprint(operation, input, scheme: older) : nil
    }
    switch known {
    case .duplicate(let fact): return try operation.answerAgain(input, fact: fact, transaction)
    case .conflict: throw identity.reused
    case .new: break
    }
    let effect = try operation.execute(input, fact: newFact, transaction, call)
    try transaction.ledger.record(key, fact: newFact, fingerprint: fingerprint)
    try audit(effect.audit, transaction, call)
    return effect.response
  }

  private static func fingerprint<O: IdentifiedWriteOperation>(
    _ operation: O, _ input: O.Input, scheme: Int
  ) -> Fingerprint {
    var content = CanonicalDigest()
    operation.addContent(of: input, scheme: scheme, to: &content)
    return Fingerprint(content, scheme: scheme)
  }

  static func audit(_ note: AuditNote?, _ transaction: Transaction, _ call: Call) throws {
    guard let note else { return }
    try transaction.audit.append(
      AuditEntry(
        principal: call.principal.subject, origin: call.origin, action: call.method,
        object: note.object,
        correlation: note.correlation.isEmpty ? call.traceID : note.correlation,
        digestBefore: note.digestBefore,
        digestAfter: note.digestAfter))
  }

  static func watch<O: WatchOperation>(
    _ operation: O, _ input: O.Input, _ call: Call, _ responses: RPC.ResponseWriter,
    _ service: ServiceContext
  ) async throws {
    let database = service.database
    var after = try await operation.start(input, database, call)
    // The caller learns that its watch stands before there is anything to tell.
    try await responses.sendInitialMetadata()
    let clock = service.environment.clock
    while true {
      if service.drain.hasBegun { throw Refusal.shuttingDown }
      let from = after
      let lookedAt = clock.monotonicNanoseconds
      let page = try await database.read {
        try operation.next(input, after: from, limit: watchPageLimit, $0, call)
      }
      for response in page.responses {
        try await responses.write(MessageCoding.encode(response))
      }
      after = page.through
      if !page.hasMore {
        try await service.drain.wait {
          try await database.waitForCommit(after: page.through)
          let elapsed = (clock.monotonicNanoseconds - lookedAt) / 1_000_000
          guard elapsed < watchIntervalMilliseconds else { return }
          try await Task.sleep(for: .milliseconds(watchIntervalMilliseconds - elapsed))
        }
      }
    }
  }
}

extension WriteIdentity {
  /// The ledger's key: commands are unique per caller, facts per source system.
  fileprivate func key(principal: Principal) -> FactKey {
    switch self {
    case .fact(let identity): .fact(identity)
    case .command(let site, let requestID):
      // No site has an empty code.
      .command(site: site ?? SiteCode(""), partner: principal.subject, requestID: requestID)
    }
  }

  private static func reused(_ identity: FactIdentity) -> Refusal {
    // Where each owner numbers its own facts the owner stands in front.
    let system = identity.sourceSystem.split(separator: "\n").last.map(String.init) ?? ""
    return Refusal(
      .alreadyExists, reason: "SOURCE_EVENT_REUSED",
      "the fact \(identity.sourceEventID) of \(system) was reported before with other content",
      metadata: ["source_system": system, "source_event_id": identity.sourceEventID])
  }

  fileprivate var reused: Refusal {
    switch self {
    case .fact(let identity): Self.reused(identity)
    case .command(_, let requestID):
      Refusal(
        .alreadyExists, reason: "REQUEST_ID_REUSED",
        "the request \(requestID) was made before with other content",
        metadata: ["request_id": requestID])
    }
  }
}
