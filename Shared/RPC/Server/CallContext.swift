public import NIOCore
import Synchronization

/// What a handler knows about its call, and how it talks back beside the messages.
public final class CallContext: Sendable {
  /// `/package.Service/Method`.
  public let path: String
  /// The caller's metadata.
  public let metadata: Metadata
  /// When the caller stops waiting; pass it on to onward calls.
  public let deadline: Deadline
  /// Where the caller's connection comes from; nil when the socket had no address any more.
  public let peerAddress: SocketAddress?
  /// The event loop of the connection; the handler starts on it.
  public let eventLoop: any EventLoop

  private let state = Mutex(State())

  private struct State {
    var initialMetadata = Metadata()
    var trailingMetadata = Metadata()
    var isCancelled = false
    var cancelActions: [@Sendable () -> Void] = []
  }

  /// A context as the runtime makes it for each call; a test may make one to call a handler
  /// directly.
  public init(
    path: String, metadata: Metadata = Metadata(), deadline: Deadline = .none,
    peerAddress: SocketAddress? = nil, eventLoop: any EventLoop
  ) {
    self.path = path
    self.metadata = metadata
    self.deadline = deadline
    self.peerAddress = peerAddress
    self.eventLoop = eventLoop
  }

  /// Whether nobody waits for the answer any more: the caller cancelled, its connection is gone, or
  /// the deadline passed. The handler's task is cancelled at the same moment.
  public var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Calls the action once when the call is cancelled (at once if it already is), on the event loop
  /// of the connection; it must not block. It is never called after the handler has returned.
  public func onCancel(_ action: @escaping @Sendable () -> Void) {
    let runsNow = state.withLock { state in
      if !state.isCancelled { state.cancelActions.append(action) }
      return state.isCancelled
    }
    if runsNow { action() }
  }

  /// Sets the metadata sent before the first response message; without effect after that.
  public func setInitialMetadata(_ metadata: Metadata) {
    state.withLock { $0.initialMetadata = metadata }
  }

  /// Sets the metadata sent with the status. A thrown ``Status`` adds its own to it.
  public func setTrailingMetadata(_ metadata: Metadata) {
    state.withLock { $0.trailingMetadata = metadata }
  }

  /// The initial metadata set so far.
  var initialMetadata: Metadata { state.withLock { $0.initialMetadata } }

  /// Nobody waits any more: tells who asked to be told.
  func cancel() {
    let actions = state.withLock { state in
      state.isCancelled = true
      defer { state.cancelActions = [] }
      return state.cancelActions
    }
    for action in actions { action() }
  }

  /// The outcome is known: there is nothing left to cancel. Gives the metadata set by the handler.
  func finish() -> (initial: Metadata, trailing: Metadata) {
    state.withLock { state in
      state.cancelActions = []
      return (state.initialMetadata, state.trailingMetadata)
    }
  }
}
