public import NIOCore

/// Calls to one server, over connections that are opened when they are needed and replaced when
/// they break.
///
/// Calls are spread over all addresses of the server. Unary calls share connections; streams use
/// others, so that a long-lived stream never takes a place from a unary call. A call that the
/// server surely did not process is sent again; any other failure of a connection fails its calls
/// with `UNAVAILABLE`.
public final class ClientChannel: Sendable {
  private let eventLoop: any EventLoop
  private let configuration: ClientConfiguration
  private let unaryCalls: ClientPool
  private let streams: ClientPool

  /// Prepares a channel to a host name or address; the first call connects.
  ///
  /// The channel lives on one event loop of the group: on the current one if that is in the group.
  public convenience init(
    host: String, port: Int, configuration: ClientConfiguration = ClientConfiguration(),
    group: any EventLoopGroup
  ) {
    self.init(to: .host(host, port: port), configuration: configuration, group: group)
  }

  /// Prepares a channel to a server that may have several addresses; the first call connects.
  public init(
    to target: ClientTarget, configuration: ClientConfiguration = ClientConfiguration(),
    group: any EventLoopGroup
  ) {
    let eventLoop = group.any()
    self.eventLoop = eventLoop
    self.configuration = configuration
    let connector = Connector(target: target, configuration: configuration, eventLoop: eventLoop)
    unaryCalls = ClientPool(
      connector: connector, maximumConnections: configuration.limits.callConnections)
    streams = ClientPool(
      connector: connector, maximumConnections: configuration.limits.streamConnections)
  }

  /// Makes a unary call. Cancelling the task cancels the call at the server too.
  public func unary(
    path: String, _ message: ByteBuffer, options: ClientCallOptions = ClientCallOptions()
  ) async throws(Status) -> UnaryResponse {
    let interceptors = configuration.interceptors[...]
    guard !interceptors.isEmpty else { return try await send(path, message, options) }
    return try await unary(
      ClientRequest(path: path, options: options), message, through: interceptors)
  }

  /// Starts a server-streaming call (or a unary one whose kind is not known). Returns as soon as
  /// the request is on its way; failures come from the stream.
  public func serverStreaming(
    path: String, _ message: ByteBuffer, options: ClientCallOptions = ClientCallOptions()
  ) async throws(Status) -> ClientResponseStream {
    guard configuration.interceptors.isEmpty else {
      let call = try await streaming(path: path, options: options)
      // A call that has failed already says why in its responses.
      try? await call.requests.write(message)
      call.requests.finish()
      return call.responses
    }
    return start(path, message, options).responses
  }

  /// Starts a client-streaming or bidirectional call. Returns at once; failures come from the
  /// responses.
  public func streaming(
    path: String, options: ClientCallOptions = ClientCallOptions()
  ) async throws(Status) -> ClientStreamingCall {
    try await streaming(
      ClientRequest(path: path, options: options), through: configuration.interceptors[...])
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
}

/// Through the interceptors, and on to the pools.
extension ClientChannel {
  private func unary(
    _ request: ClientRequest, _ message: ByteBuffer,
    through interceptors: ArraySlice<any ClientInterceptor>
  ) async throws(Status) -> UnaryResponse {
    guard let first = interceptors.first else {
      return try await send(request.path, message, request.options)
    }
    return try await first.unary(request, message) { request, message throws(Status) in
      try await self.unary(request, message, through: interceptors.dropFirst())
    }
  }

  private func streaming(
    _ request: ClientRequest, through interceptors: ArraySlice<any ClientInterceptor>
  ) async throws(Status) -> ClientStreamingCall {
    guard let first = interceptors.first else { return start(request.path, nil, request.options) }
    return try await first.streaming(request) { request throws(Status) in
      try await self.streaming(request, through: interceptors.dropFirst())
    }
  }

  private func send(
    _ path: String, _ message: ByteBuffer, _ options: ClientCallOptions
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

  private func start(
    _ path: String, _ message: ByteBuffer?, _ options: ClientCallOptions
  ) -> ClientStreamingCall {
    let buffer = ResponseBuffer()
    let call = makeCall(path, message, options, buffer)
    let pool = options.placement == .automatic ? streams : unaryCalls
    onLoop { call.start(in: pool) }
    return ClientStreamingCall(
      requests: RequestWriter(stream: call),
      responses: ClientResponseStream(call: call, buffer: buffer))
  }

  /// Starts a call with one request whose answer the receiver gets.
  func pass(
    _ path: String, _ message: ByteBuffer, _ options: ClientCallOptions,
    to receiver: any ClientReceiver
  ) -> ClientStream {
    let call = makeCall(path, message, options, receiver)
    let pool = options.placement == .automatic ? streams : unaryCalls
    onLoop { call.start(in: pool) }
    return call
  }

  /// Whether the channel lives on this event loop.
  func isOn(_ eventLoop: any EventLoop) -> Bool { self.eventLoop === eventLoop }

  private func makeCall(
    _ path: String, _ message: ByteBuffer?, _ options: ClientCallOptions,
    _ receiver: any ClientReceiver
  ) -> ClientStream {
    ClientStream(
      path: path, message: message, options: options, limits: configuration.limits,
      eventLoop: eventLoop, receiver: receiver)
  }

  private func onLoop(_ action: @escaping @Sendable () -> Void) {
    if eventLoop.inEventLoop { action() } else { eventLoop.execute(action) }
  }
}
