public import NIOCore

/// Where a call with one request is passed on to; see ``MethodHandler/relay(_:)``. The caller gets the
/// other server's initial metadata and what was set with ``CallContext/setInitialMetadata(_:)``.
public struct Relay: Sendable {
  let channel: ClientChannel
  let options: ClientCallOptions
  let failure: @Sendable (Status) -> Status
  let ended: @Sendable () -> Void

  /// A way on.
  /// - Parameters:
  ///   - channel: to the server that answers; its interceptors do not see the call.
  ///   - options: of the onward call. The caller's cancellation reaches it by itself; its deadline
  ///     must be the one of ``CallContext/deadline`` or earlier, because nothing else ends the call.
  ///   - failure: what the caller gets in place of a status that is not OK.
  ///   - ended: called once, when nothing of the call is left here.
  public init(
    channel: ClientChannel, options: ClientCallOptions,
    failure: @escaping @Sendable (Status) -> Status = { $0 },
    ended: @escaping @Sendable () -> Void = {}
  ) {
    self.channel = channel
    self.options = options
    self.failure = failure
    self.ended = ended
  }
}

/// What becomes of a call that could be passed on.
public enum RelayDecision: Sendable {
  /// It is.
  case pass(Relay)
  /// It is answered here as any other call: refused, for example, by something that has to wait.
  case answer(
    @Sendable (_ request: ByteBuffer, _ context: CallContext, _ responses: ResponseWriter)
      async throws -> Void)
}

/// A call that is passed on: the answer of the other server is written as it comes, each response
/// when there is room for it, and nothing of it runs in a task.
///
/// What the receiver is told comes on the channel's event loop, which is mostly the connection's
/// own; everything else belongs to the connection's (hence unchecked).
final class RelayedCall: ClientReceiver, @unchecked Sendable {
  private let stream: ServerStream
  private let relay: Relay
  private let isOnOneLoop: Bool
  private var call: ClientStream?
  private var hasEnded = false
  /// Whether the other server may not send more until there is room.
  private(set) var isHeld = false

  init(_ stream: ServerStream, _ relay: Relay) {
    self.stream = stream
    self.relay = relay
    isOnOneLoop = relay.channel.isOn(stream.eventLoop)
  }

  func start(_ path: String, _ request: ByteBuffer) {
    let call = relay.channel.pass(path, request, relay.options, to: self)
    // The call holds its receiver: once it has ended, nothing may hold it.
    if !hasEnded { self.call = call }
  }

  /// The caller is gone.
  func cancel() { call?.cancel(ClientChannel.cancelled) }

  /// What waited to be sent is sent.
  func roomAgain() {
    isHeld = false
    call?.releaseWindow()
  }

  // MARK: what the other server answers

  func receive(initialMetadata: Metadata) {
    onLoop { $0.stream.relay(initialMetadata: initialMetadata) }
  }

  func receive(message: ReceivedMessage) {
    onLoop { relayed in
      relayed.stream.relay(message.bytes)
      guard !relayed.isOnOneLoop else { return }
      if relayed.stream.hasRoom { relayed.roomAgain() } else { relayed.isHeld = true }
    }
  }

  func finish(_ status: Status) {
    onLoop { relayed in
      relayed.hasEnded = true
      relayed.call = nil
      relayed.stream.relayEnded(status.code == .ok ? status : relayed.relay.failure(status))
      relayed.relay.ended()
    }
  }

  /// On another loop the next responses come when this one has written the last: not more than a
  /// stream's window is on the way.
  func takesMore() -> Bool {
    guard isOnOneLoop else { return false }
    isHeld = !stream.hasRoom
    return !isHeld
  }

  var queuedBytes: Int { isOnOneLoop ? stream.outbound.byteCount : 0 }

  private func onLoop(_ action: @escaping @Sendable (RelayedCall) -> Void) {
    if isOnOneLoop { action(self) } else { stream.eventLoop.execute { action(self) } }
  }
}

/// Passing a call on.
extension ServerStream {
  func pass(_ request: ByteBuffer, on relay: Relay) {
    let relayed = RelayedCall(self, relay)
    self.relayed = relayed
    relayed.start(self.request.route?.path ?? "", request)
  }

  /// The other server's own metadata goes before what the handler has set.
  fileprivate func relay(initialMetadata: Metadata) {
    guard phase == .running else { return }
    context?.insertInitialMetadata(initialMetadata)
  }

  fileprivate func relay(_ message: ByteBuffer) {
    guard phase == .running else { return }
    startResponses()
    append(message, compressed: true)
    resumeBody()
    connection.scheduleDrain()
  }

  fileprivate func relayEnded(_ status: Status) {
    relayed = nil
    guard phase == .running else { return }
    guard status.code == .ok else { return fail(status) }
    let metadata = context?.finish()
    sendHeaders(metadata?.initial)
    tell(.ok)
    end(.ok(status.metadata))
  }
}
