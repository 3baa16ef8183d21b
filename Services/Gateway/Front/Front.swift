public import Identity
public import Logging
public import RPC
public import ServiceKit

/// The way in for partners: identify, judge the version, authorise by role, count, forward. The owning service authorises
/// by object: it alone knows which site an object belongs to.
public struct Front: Sendable {
  private let authenticator: Authenticator
  private let versions: VersionPolicy
  private let authorizer: Authorizer
  private let router: Router
  private let forwarders: [Destination: Forwarder]
  private let limiter: RateLimiter
  private let signer: PrincipalSigner
  private let refusals: RefusalAudit
  private let strangers: Strangers
  private let logger: Logger

  /// A front before these services.
  /// - Parameters:
  ///   - refusals: remembers who was refused for lack of rights.
  ///   - strangers: what becomes of those who show wrong credentials.
  ///   - channel: the channel to a service; it is asked once for each.
  public init(
    authenticator: Authenticator, versions: VersionPolicy = VersionPolicy(),
    authorizer: Authorizer, limiter: RateLimiter,
    destinations: [Destination], signer: PrincipalSigner, refusals: RefusalAudit,
    strangers: Strangers, logger: Logger,
    channel: (Destination) -> ClientChannel
  ) {
    self.authenticator = authenticator
    self.versions = versions
    self.authorizer = authorizer
    self.limiter = limiter
    self.signer = signer
    self.refusals = refusals
    self.strangers = strangers
    self.logger = logger
    router = Router(destinations)
    forwarders = Dictionary(
      uniqueKeysWithValues: destinations.map {
        ($0, Forwarder(channel: channel($0), destination: $0))
      })
  }

  /// What answers a path that the Gateway does not answer itself.
  public func handler(for path: String) -> MethodHandler {
    guard let destination = router.destination(for: path), let forwarder = forwarders[destination]
    else {
      let status = Refusals.unknownService(path).status
      // Answered at once, also to a caller whose stream of requests goes on.
      return .bidirectional { _, _, _ in throw status }
    }
    if destination.requestStreamPaths.contains(path) {
      return .bidirectional { requests, context, responses in
        try await whileAdmitted(context) { caller in
          let onward = try onwardMetadata(caller, context, to: destination)
          try await whileCurrent(caller) {
            try await forwarder.forward(requests, context, responses, onward)
          }
        }
      }
    }
    if destination.longLivedPaths.contains(path) {
      return .serverStreaming { request, context, responses in
        try await whileAdmitted(context) { caller in
          let onward = try onwardMetadata(caller, context, to: destination)
          try await whileCurrent(caller) {
            try await forwarder.forward(request, context, responses, onward)
          }
        }
      }
    }
    return .serverStreaming { request, context, responses in
      try await whileAdmitted(context) { caller in
        let onward = try onwardMetadata(caller, context, to: destination)
        try await forwarder.forward(request, context, responses, onward)
      }
    }
  }

  /// The Gateway's own handler behind the same steps.
  public func guarding(_ handler: MethodHandler) -> MethodHandler {
    switch handler {
    case .unary(let answer):
      .unary { request, context in
        try await whileAdmitted(context) { caller in
          context.setInitialMetadata(caller.notices)
          return try await answer(request, context)
        }
      }
    case .serverStreaming(let answer):
      .serverStreaming { request, context, responses in
        try await whileAdmitted(context) { caller in
          context.setInitialMetadata(caller.notices)
          try await answer(request, context, responses)
        }
      }
    case .clientStreaming(let answer):
      .clientStreaming { requests, context in
        try await whileAdmitted(context) { _ in try await answer(requests, context) }
      }
    case .bidirectional(let answer):
      .bidirectional { requests, context, responses in
        try await whileAdmitted(context) { _ in try await answer(requests, context, responses) }
      }
    }
  }

  /// Who calls, for the Gateway's own services, which are behind ``guarding(_:)``.
  public func authenticate(_ context: CallContext) throws(Refusal) -> Principal {
    do { return try authenticator.authenticate(context).principal } catch { throw error.refusal }
  }

  /// Who has been let in, and what it is told beside the answer: its limits, and when to move to
  /// another version.
  private struct Admitted {
    let caller: Caller
    let notices: Metadata
    var principal: Principal { caller.principal }
  }

  /// The way in, step by step; then the body, as one of the caller's calls under way.
  private func whileAdmitted<Result>(
    _ context: CallContext, _ body: (Admitted) async throws -> Result
  ) async throws -> Result {
    let caller: Caller
    do { caller = try authenticator.authenticate(context) } catch {
      throw await strangers.refuse(error, context).status
    }
    let principal = caller.principal
    // From here on the call is the partner's, and in its usage.
    context.attachment = caller
    let notice: Metadata?
    let allowance: RateLimiter.Allowance
    do throws(Refusal) {
      notice = try versions.judge(
        VersionPolicy.package(of: context.path), principal.subject, at: authenticator.now)
      try authorizer.authorize(caller, context.path)
      allowance = try limiter.begin(principal.subject, caller.limits, path: context.path)
    } catch {
      await refusals.record(error, Call(principal: principal, context))
      throw error.status
    }
    defer { limiter.end(principal.subject) }
    var notices = Metadata(allowance)
    if let notice { notices.append(contentsOf: notice) }
    return try await body(Admitted(caller: caller, notices: notices))
  }

  /// How often it is looked whether the caller of a call that lasts is still let in, in
  /// milliseconds: a revoked one is out within a second.
  private static let currentCheckMilliseconds = 500

  /// Runs the body of a call that lasts, and ends it when its caller is not let in any more.
  private func whileCurrent(
    _ admitted: Admitted, _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    let caller = admitted.caller
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      group.addTask(operation: body)
      group.addTask {
        while authenticator.isCurrent(caller) {
          try await Task.sleep(for: .milliseconds(Self.currentCheckMilliseconds))
        }
        throw Refusals.callerNotCurrent.status
      }
      try await group.next()
    }
  }

  /// What the service is told: who is calling, signed for this service, and what may pass.
  private func onwardMetadata(
    _ caller: Admitted, _ context: CallContext, to destination: Destination
  ) throws(Status) -> Onward {
    do {
      let token = try signer.token(for: caller.principal, audience: destination.audience)
      let metadata = try ForwardedMetadata.make(from: context.metadata, principal: token)
      return Onward(metadata: metadata, answerMetadata: caller.notices)
    } catch {
      logger.error("a principal could not be signed", metadata: ["error": "\(error)"])
      throw Refusals.unsigned.status
    }
  }
}

extension Metadata {
  /// `ratelimit-limit`, `-remaining` and `-reset` (seconds), as the IETF's draft names them.
  fileprivate init(_ allowance: RateLimiter.Allowance) {
    self.init()
    // Digits are text that metadata can carry.
    try? append("ratelimit-limit", "\(allowance.limit)")
    try? append("ratelimit-remaining", "\(allowance.remaining)")
    try? append("ratelimit-reset", "\(allowance.resetSeconds)")
  }
}
