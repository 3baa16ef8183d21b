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
  private var message: ByteBuffer?

  /// Who waits for the outcome; set before the call starts.
  func deliver(to continuation: CheckedContinuation<Outcome, Never>) {
    self.continuation = continuation
  }

  func receive(initialMetadata: Metadata) { self.initialMetadata = initialMetadata }

  func receive(message: ByteBuffer) throws(Status) {
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
      outcome = .success(
        UnaryResponse(
          message: message, initialMetadata: initialMetadata, trailingMetadata: status.metadata))
    } else {
      outcome = .failure(
        Status(
          code: .unimplemented, message: "a unary method must answer one message, there is none"))
    }
    continuation?.resume(returning: outcome)
    continuation = nil
  }

  func takesMore() -> Bool { true }
}
