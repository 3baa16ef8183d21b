import Logging
import NIOCore

/// One call on the server, from its first header to its last frame.
///
/// Confined to the event loop of its connection (hence unchecked).
final class ServerStream: HTTP2Stream, @unchecked Sendable {
  /// Where the call is. `done` can follow each phase, because the caller can go away at any time.
  enum Phase: Hashable {
    /// Request headers arrive. Next: `message` or `ready`, `answering` for a refusal.
    case headers
    /// The one request message arrives. Next: `ready`, or `answering`.
    case message
    /// The handler may start: its message is here, or it reads a stream. Next: `running`, or
    /// `answering` for a refusal.
    case ready
    /// The handler runs, perhaps reading requests and sending responses. Next: `answering`.
    case running
    /// The outcome is known and on its way. Next: `done`.
    case answering
    /// The stream is closed.
    case done
  }

  /// How the answer ends.
  enum Ending {
    /// With an OK status and this metadata.
    case ok(Metadata)
    case failure(Status)
    /// An answer of plain HTTP, without trailers.
    case http
  }

  let connection: ServerConnection
  var phase = Phase.headers
  var request = RequestHead()
  var reader: MessageReader
  /// The one request message, of a handler that takes one.
  var message: ReceivedMessage?
  /// The request messages, of a handler that reads a stream.
  var inbox: MessageInbox?
  var context: CallContext?
  var task: Task<Void, Never>?
  /// The call to another server, of a handler that passes it on.
  var relayed: RelayedCall?
  var deadlineTimer: Scheduled<Void>?
  var outbound = OutboundBody()
  var ending: Ending?
  var hasSentHeaders = false
  /// Whether the response headers have said that messages may be compressed.
  var compressesResponses = false
  /// nghttp2 waits for ``HTTP2Session/resume(_:)`` before it asks for more body.
  var isBodyDeferred = false
  var writers = WriterQueue()

  /// What this call holds of its request.
  var held = HeldRequests()
  /// Of a call that is observed, until its outcome has been told.
  var meter: CallMeter?
  /// Bytes of the stream's window that are given back when the handler has read.
  var owedStreamWindow = 0
  private var sweeps = 0
  /// The connection's, unretained, because the connection keeps it: each header asks for it.
  private let headReader: Unmanaged<RequestHeadReader>

  init(connection: ServerConnection) {
    self.connection = connection
    headReader = .passUnretained(connection.headReader)
    reader = MessageReader(maximumMessageBytes: connection.limits.messageBytes)
  }

  override func receivedHeader(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    // A second header block holds a client's trailers, which gRPC does not use.
    guard phase == .headers else { return }
    headReader._withUnsafeGuaranteedRef { $0.take(name: name, value: value) }
  }

  override func receivedHeaders(endsStream: Bool) {
    guard phase == .headers else { return }
    let verdict = connection.headReader.verdict()
    if connection.headReader.isTooLarge { connection.count(.glitch) }
    switch verdict {
    case .accepted:
      begin(connection.headReader)
      accept(request)
    case .refused(let status):
      begin(connection.headReader)
      abort(status)
    case .http(let answer):
      request = connection.headReader.head()
      answerHTTP(answer)
    }
  }

  /// From here on it is a call, also when it is refused.
  private func begin(_ reader: RequestHeadReader) {
    request = reader.head()
    context = connection.context(of: request, path: reader.path)
    if request.route?.observations.isEmpty == false { meter = CallMeter() }
  }

  private func accept(_ head: RequestHead) {
    reader.encoding = head.encoding
    if let route = head.route, route.messageBytes != connection.limits.messageBytes {
      reader = MessageReader(maximumMessageBytes: route.messageBytes, encoding: head.encoding)
    }
    if head.route?.streamsRequests == true {
      inbox = MessageInbox()
      phase = .ready
      connection.enqueue(self)
    } else {
      phase = .message
    }
  }

  override func receivedData(_ bytes: UnsafeRawBufferPointer) {
    meter?.requestBytes += bytes.count
    takeData(bytes)
  }

  override func receivedEnd() { takeEnd() }

  override func closed(_ code: HTTP2ErrorCode) {
    let (wasRunning, wasReady) = (phase == .running, phase == .ready)
    phase = .done
    deadlineTimer?.cancel()
    if wasReady { connection.withdraw(self) }
    dropOutbound()
    let reason =
      context?.deadline.hasPassed == true
      ? Self.deadlinePassed : Status(code: .cancelled, message: "the caller is gone")
    dropRequest(reason)
    tell(reason.code)
    if wasRunning { cancelHandler() }
    writers.resumeAll(with: reason)
  }

  /// Tells the observers the outcome, once.
  func tell(_ code: StatusCode) {
    meter.take()?.tell(request.route, code, context)
  }

  override func produceBody(into buffer: UnsafeMutableRawBufferPointer) -> HTTP2BodyPart {
    produce(into: buffer)
  }

  /// Called by the connection's sweep: refuses a request that does not go on.
  func sweep() {
    guard phase == .message else { return }
    sweeps += 1
    let limits = connection.limits
    if sweeps * limits.sweepMilliseconds >= limits.requestMilliseconds {
      abort(
        Status(
          code: .cancelled, reason: "REQUEST_TOO_SLOW",
          message: "the request did not arrive in time"))
    }
  }

  static let deadlinePassed = Status(
    code: .deadlineExceeded, reason: "DEADLINE_PASSED",
    message: "the deadline passed before the call was finished")
}
