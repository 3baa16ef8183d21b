public import NIOCore

/// How one call is made.
public struct ClientCallOptions: Sendable {
  /// When to stop waiting; what is left of it is sent to the server as `grpc-timeout`.
  public var deadline: Deadline
  /// Metadata sent with the request.
  public var metadata: Metadata
  /// Which connection the call uses.
  public var placement: Placement
  /// Waits for a connection, until the deadline, instead of failing while there is none.
  public var waitsForReady = false
  /// How the request messages are sent. A server that does not know gzip refuses them.
  public var encoding = MessageEncoding.identity
  /// The call that this one is made for: its cancellation ends this one.
  public private(set) var parent: CallContext?

  /// Which of a channel's connections a call uses.
  public enum Placement: Hashable, Sendable {
    /// Unary calls share connections; streams use connections of their own.
    case automatic
    /// On the connections of the unary calls: for a proxy that expects a short answer.
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

  /// Options of a call that a handler makes for its own caller: it has what is left of the caller's
  /// time, and ends when the caller gives up.
  public init(
    onwardFrom context: CallContext, metadata: Metadata = Metadata(),
    placement: Placement = .automatic
  ) {
    self.init(deadline: context.deadline, metadata: metadata, placement: placement)
    parent = context
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
  /// Whether the message was compressed on the wire.
  public var wasCompressed = false

  /// An answer as a channel gives it; a test's stand-in for a channel makes them too.
  public init(
    message: ByteBuffer, initialMetadata: Metadata = Metadata(),
    trailingMetadata: Metadata = Metadata()
  ) {
    self.message = message
    self.initialMetadata = initialMetadata
    self.trailingMetadata = trailingMetadata
  }
}

/// Collects the one message of a unary call. Confined to the channel's event loop (hence
/// unchecked).
final class UnaryReceiver: ClientReceiver, @unchecked Sendable {
  typealias Outcome = Result<UnaryResponse, Status>

  private var continuation: CheckedContinuation<Outcome, Never>?
  private var initialMetadata = Metadata()
  private var message: ReceivedMessage?

  /// Who waits for the outcome; set before the call starts.
  func deliver(to continuation: CheckedContinuation<Outcome, Never>) {
    self.continuation = continuation
  }

  func receive(initialMetadata: Metadata) { self.initialMetadata = initialMetadata }

  func receive(message: ReceivedMessage) throws(Status) {
    guard self.message == nil else {
      throw Status(
        code: .unimplemented, message: "a unary method must answer one message, there are more")
    }
    self.message = message
  }

  func finish(_ status: Status) {
    let outcome: Outcome
    if status.code != .ok {
      outcome = .failure(status)
    } else if let message {
      var response = UnaryResponse(
        message: message.bytes, initialMetadata: initialMetadata,
        trailingMetadata: status.metadata)
      response.wasCompressed = message.wasCompressed
      outcome = .success(response)
    } else {
      outcome = .failure(
        Status(
          code: .unimplemented, message: "a unary method must answer one message, there is none"))
    }
    continuation?.resume(returning: outcome)
    continuation = nil
  }

  func takesMore() -> Bool { true }

  var queuedBytes: Int { message?.bytes.readableBytes ?? 0 }
}
