public import Identity
public import Logging
import NIOCore
public import RPC
public import ServiceKit
import Values

/// The way in for partners: identify, judge the version, authorise by role, count, forward. The
/// owning service authorises by object: it alone knows which site an object belongs to.
///
/// All steps of a call that is let in are taken at once, on the event loop of its connection; only
/// refusals take longer, because they are written down first.
public final class Front: Sendable {
  private let authenticator: Authenticator
  private let versions: VersionPolicy
  private let authorizer: Authorizer
  private let router: Router
  private let channels: [Destination: ClientChannel]
  private let limiter: RateLimiter
  private let overload: OverloadGuard
  private let fastest: FastestCalls?
  private let forwarded: ForwardedMetadata
  private let drain: Drain
  private let refusals: RefusalAudit
  private let strangers: Strangers
  private let logger: Logger

  /// A front before these services.
  /// - Parameters:
  ///   - fastest: knows which deadlines can't be met; an observer of the server.
  ///   - refusals: remembers who was refused for lack of rights.
  ///   - strangers: what becomes of those who show wrong credentials.
  ///   - drain: ends calls that last when the Gateway stops.
  ///   - channel: the channel to a service; it is asked once for each. Without one nothing is offered.
  public init(
    authenticator: Authenticator, versions: VersionPolicy = VersionPolicy(),
    authorizer: Authorizer, limiter: RateLimiter, overload: OverloadGuard = OverloadGuard(),
    fastest: FastestCalls? = nil, destinations: [Destination], signer: PrincipalSigner,
    refusals: RefusalAudit,
    strangers: Strangers, drain: Drain = Drain(), logger: Logger,
    channel: (Destination) -> ClientChannel?
  ) {
    self.authenticator = authenticator
    self.versions = versions
    self.authorizer = authorizer
    self.limiter = limiter
    self.overload = overload
    self.fastest = fastest
    self.drain = drain
    forwarded = ForwardedMetadata(signer: signer)
    self.refusals = refusals
    self.strangers = strangers
    self.logger = logger
    router = Router(destinations)
    channels = Dictionary(
      uniqueKeysWithValues: destinations.compactMap { destination in
        channel(destination).map { (destination, $0) }
      })
  }

  /// What answers a path that the Gateway does not answer itself.
  public func handler(for path: String) -> MethodHandler {
    guard let destination = router.destination(for: path), let channel = channels[destination]
    else {
      // Answered at once, also to a caller whose stream of requests goes on.
      return .bidirectional { _, context, _ in
        throw Refusals.unknownService(path).status(of: context)
      }
    }
    let forwarder = Forwarder(path, channel: channel, destination: destination)
    let entrance = entrance(path, isLongLived: forwarder.isLongLived)
    if destination.requestStreamPaths.contains(path) {
      return .bidirectional { [self] requests, context, responses in
        try await whileAdmitted(context, entrance) { admission in
          let onward = try onward(admission, context, forwarder.audience)
          try await whileCurrent(admission.caller, context) {
            try await forwarder.forward(requests, context, responses, onward)
          }
        }
      }
    }
    return .relay { [self] context in
      let admission: Admission
      do throws(Rejection) { admission = try admit(context, entrance) } catch {
        return .answer { [self] _, _, _ in throw await status(of: error, context) }
      }
      return pass(admission, context, forwarder)
    }
  }

  /// The Gateway's own handler behind the same steps.
  public func guarding(_ handler: MethodHandler, path: String) -> MethodHandler {
    let entrance = entrance(path)
    switch handler {
    case .unary(let answer):
      return .unary { [self] request, context in
        try await whileAdmitted(context, entrance) { _ in
          try await answer(request, context)
        }
      }
    case .serverStreaming(let answer):
      return .serverStreaming { [self] request, context, responses in
        try await whileAdmitted(context, entrance) { _ in
          try await answer(request, context, responses)
        }
      }
    case .clientStreaming(let answer):
      return .clientStreaming { [self] requests, context in
        try await whileAdmitted(context, entrance) { _ in
          try await answer(requests, context)
        }
      }
    case .bidirectional(let answer):
      return .bidirectional { [self] requests, context, responses in
        try await whileAdmitted(context, entrance) { _ in
          try await answer(requests, context, responses)
        }
      }
    case .relay:
      // The Gateway's own services answer by themselves.
      return handler
    }
  }

  /// Who calls, for the Gateway's own services, which are behind ``guarding(_:path:)``.
  public func authenticate(_ context: CallContext) throws(Refusal) -> Principal {
    do { return try authenticator.authenticate(context).principal } catch { throw error.refusal }
  }
}

/// The steps.
extension Front {
  private func entrance(_ path: String, isLongLived: Bool = false) -> Entrance {
    Entrance(
      path: path, package: VersionPolicy.package(of: path), grant: authorizer.grant(path),
      cost: MethodCosts.cost(of: path), isCharged: !MethodCosts.free.contains(path),
      bound: isLongLived ? nil : overload.bound(of: CallPriority(path: path)),
      fastest: isLongLived ? nil : fastest?.method(path))
  }

  /// Room for the three of ``RateLimiter/Allowance``.
  private static let noticeByteCount = 128

  /// Lets a call in as one of its caller's calls under way, or says why not. Whoever lets it in says
  /// when it has ended, with ``leave(_:)``.
  private func admit(_ context: CallContext, _ entrance: Entrance) throws(Rejection) -> Admission {
    let caller: Caller
    do { caller = try authenticator.authenticate(context) } catch { throw .stranger(error) }
    // From here on the call is the partner's, and in its usage.
    context.attachment = caller
    let partner = caller.principal.subject
    var notices = Metadata(roomFor: Self.noticeByteCount)
    do throws(Refusal) {
      if let notice = try versions.judge(entrance.package, partner, at: authenticator.now) {
        notices.append(contentsOf: notice)
      }
      try entrance.grant.authorize(caller)
      try checkDeadline(context, entrance)
      if let bound = entrance.bound { try overload.begin(bound: bound) }
      let allowance: RateLimiter.Allowance
      do throws(Refusal) {
        allowance = try limiter.begin(
          partner, caller.limits, cost: entrance.cost, isCharged: entrance.isCharged)
      } catch {
        if entrance.bound != nil { overload.end() }
        throw error
      }
      context.attachment = caller.admitted
      notices.append(allowance)
      context.setInitialMetadata(notices)
      return Admission(caller: caller, isCounted: entrance.bound != nil)
    } catch {
      notices.append(limiter.allowance(partner, caller.limits))
      context.setInitialMetadata(notices)
      throw .refused(error, caller.principal)
    }
  }

  private func leave(_ admission: Admission) {
    if admission.isCounted { overload.end() }
    limiter.end(admission.caller.principal.subject)
  }

  /// Refuses a call that could not be done in the time that it has.
  private func checkDeadline(_ context: CallContext, _ entrance: Entrance) throws(Refusal) {
    guard let remaining = context.deadline.remainingNanoseconds,
      let fastest = entrance.fastest?.fastestNanoseconds(at: authenticator.monotonicNanoseconds),
      remaining < fastest
    else { return }
    throw Refusals.deadlineTooShort(
      remainingNanoseconds: remaining, fastestNanoseconds: fastest)
  }

  /// The status of a refusal, when it is on record.
  private func status(of rejection: Rejection, _ context: CallContext) async -> Status {
    switch rejection {
    case .stranger(let error): return await strangers.refuse(error, context).status(of: context)
    case .refused(let refusal, let principal):
      await refusals.record(refusal, Call(principal: principal, context))
      return refusal.status(of: context)
    }
  }

  private func whileAdmitted<Result>(
    _ context: CallContext, _ entrance: Entrance,
    _ body: (Admission) async throws -> Result
  ) async throws -> Result {
    let admission: Admission
    do throws(Rejection) { admission = try admit(context, entrance) } catch {
      throw await status(of: error, context)
    }
    defer { leave(admission) }
    return try await body(admission)
  }

  /// The way on of a call that has been let in. One that lasts runs in a task, which looks whether
  /// its caller is still let in.
  private func pass(
    _ admission: Admission, _ context: CallContext, _ forwarder: Forwarder
  ) -> RelayDecision {
    do throws(Status) {
      let onward = try onward(admission, context, forwarder.audience)
      guard forwarder.isLongLived else {
        return .pass(forwarder.relay(context, onward) { [self] in leave(admission) })
      }
      return .answer { [self] request, context, responses in
        defer { leave(admission) }
        try await whileCurrent(admission.caller, context) {
          try await forwarder.forward(request, context, responses, onward)
        }
      }
    } catch {
      leave(admission)
      return .answer { _, _, _ in throw error }
    }
  }

  /// What the service is told: who is calling, signed for this service, and what may pass.
  private func onward(
    _ admission: Admission, _ context: CallContext, _ audience: String
  ) throws(Status) -> Metadata {
    do {
      return try forwarded.make(
        from: context, admission.caller, audience: audience,
        at: authenticator.now)
    } catch {
      logger.error("a principal could not be signed", metadata: ["error": "\(error)"])
      throw Refusals.unsigned.status(of: context)
    }
  }

  /// Runs the body of a call that lasts, and ends it when its caller is not let in any more.
  private func whileCurrent(
    _ caller: Caller, _ context: CallContext,
    _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    do {
      try await drain.wait { [authenticator] in
        try await CallsThatLast.run(
          whileConfirmedBy: {
            guard authenticator.isCurrent(caller, context) else { throw Refusals.callerNotCurrent }
          }, body)
      }
    } catch let refusal as Refusal {
      throw refusal.status(of: context)
    }
  }
}

extension Metadata {
  /// `ratelimit-limit`, `-remaining` and `-reset` (seconds), as the IETF's draft names them.
  fileprivate mutating func append(_ allowance: RateLimiter.Allowance) {
    append("ratelimit-limit", number: allowance.limit)
    append("ratelimit-remaining", number: allowance.remaining)
    append("ratelimit-reset", number: allowance.resetSeconds)
  }
}
