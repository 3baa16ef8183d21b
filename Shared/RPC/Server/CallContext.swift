public import NIOCore
import Synchronization

/// What a handler knows about its call, and how it talks back beside the messages.
public final class CallContext: Sendable {
  /// `/package.Service/Method`.
  public let path: String
  /// The caller's metadata.
  public let metadata: Metadata
  /// When the caller stops waiting. Onward calls take it, and the caller's cancellation, from
  /// ``ClientCallOptions/init(onwardFrom:metadata:placement:)``.
  public let deadline: Deadline
  /// The other end of the connection.
  public let peer: Peer
  /// The event loop of the connection; the handler starts on it.
  public let eventLoop: any EventLoop
  /// By which the call can be told from all others.
  public let id: CallID

  /// The other end of a connection, the same for all of its calls.
  public final class Peer: Sendable {
    /// Where the connection comes from; nil when the socket had no address any more.
    public let address: SocketAddress?
    /// Who the caller's certificate says it is; nil when it showed none.
    public let identity: PeerIdentity?

    /// A peer of its parts.
    public init(address: SocketAddress? = nil, identity: PeerIdentity? = nil) {
      self.address = address
      self.identity = identity
    }
  }

  private let state = Mutex(State())

  private struct State {
    var initialMetadata = Metadata()
    var trailingMetadata = Metadata()
    var isCancelled = false
    var attachment: (any AnyObject & Sendable)?
    var compressesResponses = false
    var wasCompressed = false
    var cancelActions: [UInt64: @Sendable () -> Void] = [:]
    var lastActionID: UInt64 = 0
  }

  /// A context as the runtime makes it for each call; a test may make one to call a handler
  /// directly.
  public init(
    path: String, metadata: Metadata = Metadata(), deadline: Deadline = .none,
    peer: Peer = Peer(), eventLoop: any EventLoop, id: CallID = .random()
  ) {
    self.path = path
    self.metadata = metadata
    self.deadline = deadline
    self.peer = peer
    self.eventLoop = eventLoop
    self.id = id
  }

  /// Whether nobody waits for the answer any more: the caller cancelled, its connection is gone, or
  /// the deadline passed. The handler's task is cancelled at the same moment.
  public var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Something of the handler's for those who are told how the call ends (``CallObserver``): for whom
  /// it was, for example.
  public var attachment: (any AnyObject & Sendable)? {
    get { state.withLock { $0.attachment } }
    set { state.withLock { $0.attachment = newValue } }
  }

  /// Calls the action once when the call is cancelled (at once if it already is), on the event loop
  /// of the connection; it must not block. It is never called after the handler has returned.
  public func onCancel(_ action: @escaping @Sendable () -> Void) { _ = addCancelAction(action) }

  /// ``onCancel(_:)`` for something that may end before the call does; the number is for
  /// ``removeCancelAction(_:)``.
  func addCancelAction(_ action: @escaping @Sendable () -> Void) -> UInt64 {
    let (id, runsNow) = state.withLock { state in
      state.lastActionID += 1
      if !state.isCancelled { state.cancelActions[state.lastActionID] = action }
      return (state.lastActionID, state.isCancelled)
    }
    if runsNow { action() }
    return id
  }

  /// Forgets an action.
  func removeCancelAction(_ id: UInt64) { state.withLock { $0.cancelActions[id] = nil } }

  /// Sets the metadata sent before the first response message; without effect after that.
  public func setInitialMetadata(_ metadata: Metadata) {
    state.withLock { $0.initialMetadata = metadata }
  }

  /// Adds metadata before what was set with ``setInitialMetadata(_:)``: another server's own, whose
  /// answer is passed on.
  public func insertInitialMetadata(_ metadata: Metadata) {
    state.withLock { $0.initialMetadata.insert(contentsOf: metadata) }
  }

  /// Sets the metadata sent with the status. A thrown ``Status`` adds its own to it.
  public func setTrailingMetadata(_ metadata: Metadata) {
    state.withLock { $0.trailingMetadata = metadata }
  }

  /// Compresses the responses with gzip, if the caller accepts that; to be called before the first
  /// one. Worth it for large messages on slow lines only.
  public func compressResponses() { state.withLock { $0.compressesResponses = true } }

  /// Whether the one request message was compressed on the wire; for a stream of them see
  /// ``RequestStream/lastWasCompressed``.
  public var requestWasCompressed: Bool { state.withLock { $0.wasCompressed } }

  /// Notes how the one request message came.
  func noteCompressedRequest() { state.withLock { $0.wasCompressed = true } }

  /// Whether the handler wants its responses compressed.
  var compressesResponses: Bool { state.withLock { $0.compressesResponses } }

  /// The initial metadata set so far.
  var initialMetadata: Metadata { state.withLock { $0.initialMetadata } }

  /// Nobody waits any more: tells who asked to be told.
  func cancel() {
    let actions = state.withLock { state in
      state.isCancelled = true
      defer { state.cancelActions = [:] }
      return state.cancelActions.values
    }
    for action in actions { action() }
  }

  /// The outcome is known: there is nothing left to cancel. Gives the metadata set by the handler.
  func finish() -> (initial: Metadata, trailing: Metadata) {
    state.withLock { state in
      state.cancelActions = [:]
      return (state.initialMetadata, state.trailingMetadata)
    }
  }
}
