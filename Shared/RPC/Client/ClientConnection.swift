import Logging
import NIOCore

/// A connection of a client: opens streams, and tells its pool what becomes of it.
final class ClientConnection: Connection, @unchecked Sendable {
  /// Set when the pool has taken the connection over.
  weak var pool: ClientPool?
  /// The server's settings are here: calls may begin.
  private(set) var isReady = false
  /// The server wants no further calls on this connection.
  private(set) var isRetired = false

  private let authority: String
  private var headers = HeaderList()

  init(limits: Limits, authority: String, eventLoop: any EventLoop, logger: Logger) {
    self.authority = authority
    super.init(side: .client, limits: limits, eventLoop: eventLoop, logger: logger)
  }

  /// Whether one more call fits the server's stream limit.
  var hasRoom: Bool {
    guard isReady, !isRetired, let session, session.allowsRequests else { return false }
    return session.openStreamCount < session.remoteMaximumConcurrentStreams
  }

  /// Opens the stream of a call.
  func open(_ stream: ClientStream) {
    guard let session else {
      stream.finish(Status(code: .unavailable, message: "the connection to the server was lost"))
      return
    }
    headers.removeAllKeepingCapacity()
    headers.append(":method", "POST")
    headers.append(":scheme", "http")
    headers.append(":path", stream.path.utf8)
    headers.append(":authority", authority.utf8)
    headers.append("te", "trailers")
    headers.append("content-type", "application/grpc")
    if let remaining = stream.options.deadline.remainingNanoseconds {
      headers.append("grpc-timeout", GRPCHeaders.timeout(nanoseconds: remaining).utf8)
    }
    // A proxy passes on the name of the caller's program.
    if stream.options.metadata["user-agent"] == nil { headers.append("user-agent", "millrace-rpc") }
    headers.append(contentsOf: stream.options.metadata)
    do {
      stream.opened(on: self)
      try session.submitRequest(headers, stream: stream)
      scheduleDrain()
    } catch {
      stream.finish(Status(code: .unavailable, message: "the call could not be sent: \(error)"))
    }
  }

  /// One of the streams is gone: there may be room for a waiting call.
  func streamClosed() { pool?.pump() }

  override func becameReady() {
    isReady = true
    pool?.becameReady(self)
  }

  override func receivedGoAway(_ code: HTTP2ErrorCode) {
    isRetired = true
    pool?.retire(self)
  }

  override func becameInactive() { pool?.ended(self) }
}
