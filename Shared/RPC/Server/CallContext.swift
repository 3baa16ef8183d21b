public import NIOCore

/// What a handler knows about its call, and how it talks back beside the messages.
public final class CallContext: Sendable {
  /// `/package.Service/Method`.
  public let path: String
  /// The caller's metadata.
  public let metadata: Metadata
  /// When the caller stops waiting; pass it on to onward calls.
  public let deadline: Deadline

  init(path: String, metadata: Metadata, deadline: Deadline) {
    self.path = path
    self.metadata = metadata
    self.deadline = deadline
  }

  /// Where the caller's connection comes from; nil when the socket has no address any more.
  public var peerAddress: SocketAddress? { nil }

  /// The event loop of the connection; the handler starts on it.
  public var eventLoop: any EventLoop { fatalError("skeleton") }

  /// Whether nobody waits for the answer any more: the caller cancelled, its connection is gone, or
  /// the deadline passed. The handler's task is cancelled at the same moment.
  public var isCancelled: Bool { false }

  /// Calls the action once when the call is cancelled (at once if it already is). It runs on the
  /// event loop and must not block. It is never called after the handler has returned.
  public func onCancel(_ action: @escaping @Sendable () -> Void) {}

  /// Sets the metadata sent before the first response message; without effect after that.
  public func setInitialMetadata(_ metadata: Metadata) {}

  /// Sets the metadata sent with the status. A thrown ``Status`` adds its own to it.
  public func setTrailingMetadata(_ metadata: Metadata) {}
}
