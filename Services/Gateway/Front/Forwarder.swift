public import NIOCore
public import RPC
import ServiceKit

/// Last step of the way in: the call as bytes to the service, and its answer as bytes back.
///
/// One for each path of a connection: what the path decides is decided once. It knows no message.
/// Status, message, details and trailers pass unchanged; a caller that goes
/// away cancels the call at the service, and the other way round.
public struct Forwarder: Sendable {
  private let channel: ClientChannel
  /// The service.
  let audience: String
  /// Whether its calls last.
  let isLongLived: Bool

  /// A forwarder of a path to its service over its channel.
  public init(_ path: String, channel: ClientChannel, destination: Destination) {
    self.channel = channel
    audience = destination.audience
    isLongLived = destination.longLivedPaths.contains(path)
  }

  /// How a call with one request goes on: unary and server streaming are the same on the wire.
  /// - Parameter ended: called once, when nothing of the call is left here.
  public func relay(
    _ context: CallContext, _ metadata: Metadata, ended: @escaping @Sendable () -> Void
  ) -> Relay {
    let audience = audience
    return Relay(
      channel: channel, options: options(context, metadata),
      failure: { Self.forTheCaller($0, audience, context) }, ended: ended)
  }

  /// Forwards a call with one request that lasts.
  public func forward(
    _ request: ByteBuffer, _ context: CallContext, _ responses: ResponseWriter, _ metadata: Metadata
  ) async throws {
    do throws(Status) {
      let stream = try await channel.serverStreaming(
        path: context.path, request, options: options(context, metadata))
      try await pass(stream, to: responses, context)
    } catch {
      throw Self.forTheCaller(error, audience, context)
    }
  }

  /// Forwards a call whose requests are a stream, client streaming or both ways: requests go up and
  /// responses come down as they come, each as fast as the slower side takes them.
  public func forward(
    _ requests: RequestStream, _ context: CallContext, _ responses: ResponseWriter,
    _ metadata: Metadata
  ) async throws {
    do throws(Status) {
      let call = try await channel.streaming(
        path: context.path, options: options(context, metadata))
      let upward = Task { await pass(requests, to: call) }
      // A service may answer before it has read everything; then nobody needs the rest.
      defer { upward.cancel() }
      try await pass(call.responses, to: responses, context)
    } catch {
      throw Self.forTheCaller(error, audience, context)
    }
  }

  /// Passes requests on until the caller has sent its last one. A caller that breaks off takes the
  /// call with it; how a call ended that takes no more is said by its responses.
  private func pass(_ requests: RequestStream, to call: ClientStreamingCall) async {
    do {
      for try await request in requests { try await call.requests.write(request) }
      call.requests.finish()
    } catch {
      call.responses.cancel()
    }
  }

  /// Passes on what comes, message by message: a slow caller slows the service down.
  private func pass(
    _ stream: ClientResponseStream, to responses: ResponseWriter, _ context: CallContext
  ) async throws(Status) {
    context.insertInitialMetadata(try await stream.initialMetadata())
    // A caller of what lasts wants to know that its call stands before there is a response.
    try await responses.sendInitialMetadata()
    var messages = stream.makeAsyncIterator()
    while let message = try await messages.next() {
      try await responses.write(message)
    }
    context.setTrailingMetadata(stream.trailingMetadata)
  }

  /// The service's own UNAVAILABLE has details; without them it is the connection that failed.
  private static func forTheCaller(
    _ status: Status, _ audience: String, _ context: CallContext
  ) -> Status {
    guard status.code == .unavailable, status.details.isEmpty else { return status }
    return Refusals.serviceDown(audience).status(of: context)
  }

  private func options(_ context: CallContext, _ metadata: Metadata) -> ClientCallOptions {
    ClientCallOptions(
      deadline: HopDeadline.make(from: context.deadline),
      metadata: metadata,
      placement: isLongLived ? .automatic : .withUnaryCalls)
  }
}
