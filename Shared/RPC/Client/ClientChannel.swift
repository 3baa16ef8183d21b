public import NIOCore

/// How one call is made.
public struct ClientCallOptions: Sendable {
  /// When to stop waiting; sent to the server as `grpc-timeout`.
  public var deadline: Deadline
  /// Metadata sent with the request.
  public var metadata: Metadata
  /// Which connection the call uses.
  public var placement: Placement

  /// Which of a channel's connections a call uses.
  public enum Placement: Hashable, Sendable {
    /// Unary calls share one connection; streams use connections of their own.
    case automatic
    /// On the connection of the unary calls: for a proxy that expects a short answer.
    case withUnaryCalls
  }

  /// Options with the given deadline and metadata.
  public init(
    deadline: Deadline = .none, metadata: Metadata = Metadata(), placement: Placement = .automatic
  ) {
    self.deadline = deadline
    self.metadata = metadata
    self.placement = placement
  }
}

/// The answer of a successful unary call.
public struct UnaryResponse: Sendable {
  /// The response message.
  public var message: ByteBuffer
  /// Metadata sent before the message.
  public var initialMetadata: Metadata
  /// Metadata sent with the status.
  public var trailingMetadata: Metadata
}

/// Calls to one server, over connections that are opened when they are needed and replaced when they
/// break.
public final class ClientChannel: Sendable {
  /// Prepares a channel; the first call connects.
  public init(
    host: String, port: Int, configuration: ClientConfiguration = ClientConfiguration(),
    group: any EventLoopGroup
  ) {}

  /// Makes a unary call. Cancelling the task cancels the call at the server too.
  public func unary(
    path: String, _ message: ByteBuffer, options: ClientCallOptions = ClientCallOptions()
  ) async throws(Status) -> UnaryResponse { fatalError("skeleton") }

  /// Starts a server-streaming call (or a unary one whose kind is not known). Returns as soon as the
  /// request is on its way; failures come from the stream.
  public func serverStreaming(
    path: String, _ message: ByteBuffer, options: ClientCallOptions = ClientCallOptions()
  ) async throws(Status) -> ClientResponseStream { fatalError("skeleton") }

  /// Fails the running calls with `UNAVAILABLE`… and closes all connections.
  public func close() async {}
}
