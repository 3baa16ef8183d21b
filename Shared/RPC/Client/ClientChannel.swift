public import NIOCore

/// Calls to one server, over plaintext connections that are opened when they are needed and
/// replaced when they break.
///
/// All unary calls share one connection; server streams use others, so that a long-lived stream
/// never takes a place from a unary call. Nothing is retried: a call that fails because of the
/// connection fails with `UNAVAILABLE`.
public final class ClientChannel: Sendable {
  private let eventLoop: any EventLoop
  private let limits: Limits
  private let unaryCalls: ClientPool
  private let streams: ClientPool

  /// Prepares a channel; the first call connects.
  ///
  /// The channel lives on one event loop of the group: on the current one if that is in the group.
  public init(
    host: String, port: Int, configuration: ClientConfiguration = ClientConfiguration(),
    group: any EventLoopGroup
  ) {
    let eventLoop = group.any()
    self.eventLoop = eventLoop
    limits = configuration.limits
    unaryCalls = ClientPool(
      host: host, port: port, configuration: configuration, eventLoop: eventLoop,
      maximumConnections: 1)
    streams = ClientPool(
      host: host, port: port, configuration: configuration, eventLoop: eventLoop,
      maximumConnections: Limits.Buffer.streamConnections)
  }

  /// Makes a unary call. Cancelling the task cancels the call at the server too.
  public func unary(
    path: String, _ message: ByteBuffer, options: ClientCallOptions = ClientCallOptions()
  ) async throws(Status) -> UnaryResponse {
    let receiver = UnaryReceiver()
    let call = makeCall(path, message, options, receiver)
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        onLoop {
          receiver.deliver(to: continuation)
          call.start(in: self.unaryCalls)
        }
      }
    } onCancel: {
      call.cancel(Self.cancelled)
    }
    return try outcome.get()
  }

  /// Starts a server-streaming call (or a unary one whose kind is not known). Returns as soon as
  /// the request is on its way; failures come from the stream.
  public func serverStreaming(
    path: String, _ message: ByteBuffer, options: ClientCallOptions = ClientCallOptions()
  ) async throws(Status) -> ClientResponseStream {
    let buffer = ResponseBuffer()
    let call = makeCall(path, message, options, buffer)
    let pool = options.placement == .automatic ? streams : unaryCalls
    onLoop { call.start(in: pool) }
    return ClientResponseStream(call: call, buffer: buffer)
  }

  /// Ends the running calls with `UNAVAILABLE` and closes all connections.
  public func close() async {
    let closed = eventLoop.flatSubmit {
      EventLoopFuture.andAllComplete(
        [self.unaryCalls.close(), self.streams.close()], on: self.eventLoop)
    }
    do {
      try await closed.get()
    } catch {
      // The event loop is gone, and every connection with it.
      return
    }
  }

  static let cancelled = Status(code: .cancelled, message: "the caller cancelled the call")

  private func makeCall(
    _ path: String, _ message: ByteBuffer, _ options: ClientCallOptions,
    _ receiver: any ClientReceiver
  ) -> ClientStream {
    ClientStream(
      path: path, message: message, options: options, limits: limits, eventLoop: eventLoop,
      receiver: receiver)
  }

  private func onLoop(_ action: @escaping @Sendable () -> Void) {
    if eventLoop.inEventLoop { action() } else { eventLoop.execute(action) }
  }
}
