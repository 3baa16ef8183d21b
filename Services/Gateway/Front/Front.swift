public import Identity
public import Logging
public import RPC
public import ServiceKit

/// The way in for partners: identify, route, forward. The owning service authorises: it alone knows
/// which site an object belongs to.
public struct Front: Sendable {
  private let authenticator: Authenticator
  private let router: Router
  private let forwarders: [Destination: Forwarder]
  private let signer: PrincipalSigner
  private let logger: Logger

  /// A front before these services.
  /// - Parameter channel: the channel to a service; it is asked once for each.
  public init(
    authenticator: Authenticator, destinations: [Destination], signer: PrincipalSigner,
    logger: Logger, channel: (Destination) -> ClientChannel
  ) {
    self.authenticator = authenticator
    self.signer = signer
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
        let metadata = try self.onwardMetadata(context.metadata, to: destination)
        try await forwarder.forward(requests, context, responses, metadata: metadata)
      }
    }
    return .serverStreaming { request, context, responses in
      let metadata = try self.onwardMetadata(context.metadata, to: destination)
      try await forwarder.forward(request, context, responses, metadata: metadata)
    }
  }

  /// Who calls, for the Gateway's own service.
  public func authenticate(_ metadata: Metadata) throws(Refusal) -> Principal {
    do { return try authenticator.authenticate(metadata) } catch { throw error.refusal }
  }

  /// What the service is told: who is calling, signed for this service, and what may pass.
  private func onwardMetadata(
    _ metadata: Metadata, to destination: Destination
  ) throws(Status) -> Metadata {
    let principal: Principal
    do { principal = try authenticate(metadata) } catch { throw error.status }
    do {
      let token = try signer.token(for: principal, audience: destination.audience)
      return try ForwardedMetadata.make(from: metadata, principal: token)
    } catch {
      logger.error("a principal could not be signed", metadata: ["error": "\(error)"])
      throw Refusals.unsigned.status
    }
  }
}
