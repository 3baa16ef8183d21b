public import NIOCore
public import RPC
import ServiceKit

/// Last step of the way in: the call as bytes to the service, and its answer as bytes back.
///
/// It knows no message. Status, message, details and trailers pass unchanged; a caller that goes
/// away cancels the call at the service, and the other way round.
public struct Forwarder: Sendable {
  private let channel: ClientChannel
  private let destination: Destination

  /// A forwarder to one service over its channel.
  public init(channel: ClientChannel, destination: Destination) {
    self.channel = channel
    self.destination = destination
  }

  /// Forwards one call of either kind: on the wire both are one message up and some down.
  /// - Parameter metadata: what the service is told beside the request.
  public func forward(
    _ request: ByteBuffer, _ context: CallContext, _ responses: ResponseWriter, metadata: Metadata
  ) async throws {
    do throws(Status) {
      let stream = try await channel.serverStreaming(
        path: context.path, request, options: options(context, metadata))
      try await relay(stream, to: responses, context)
    } catch {
      // The service's own UNAVAILABLE has details; without them it is the connection that failed.
      guard error.code == .unavailable, error.details.isEmpty else { throw error }
      throw Refusals.serviceDown(destination.audience).status
    }
  }

  private func options(
    _ context: CallContext, _ metadata: Metadata
  ) -> ClientCallOptions {
    let isLongLived = destination.longLivedPaths.contains(context.path)
    return ClientCallOptions(
      deadline: HopDeadline.make(from: context.deadline),
      metadata: metadata,
      placement: isLongLived ? .automatic : .withUnaryCalls)
  }

  /// Passes on what comes, message by message: a slow caller slows the service down.
  private func relay(
    _ stream: ClientResponseStream, to responses: ResponseWriter, _ context: CallContext
  ) async throws(Status) {
    context.setInitialMetadata(try await stream.initialMetadata())
    if destination.longLivedPaths.contains(context.path) {
      try await responses.sendInitialMetadata()
    }
    var messages = stream.makeAsyncIterator()
    while let message = try await messages.next() {
      try await responses.write(message)
    }
    context.setTrailingMetadata(stream.trailingMetadata)
  }
}
