import Logging
import NIOCore
import NIOSSL

/// A connection of a client: opens streams, and tells its pool what becomes of it.
final class ClientConnection: Connection, @unchecked Sendable {
  /// Set when the pool has taken the connection over.
  weak var pool: ClientPool?
  /// The server wants no further calls on this connection.
  private(set) var isRetired = false

  private let authority: String
  private let serverName: String?
  private let scheme: StaticString
  private var headers = HeaderList()

  init(
    limits: Limits, isSecured: Bool = false, authority: String, serverName: String? = nil,
    eventLoop: any EventLoop, logger: Logger
  ) {
    self.authority = authority
    self.serverName = serverName
    scheme = isSecured ? "https" : "http"
    super.init(
      side: .client, limits: limits, isSecured: isSecured, eventLoop: eventLoop, logger: logger)
  }

  /// The server's settings are here: calls may begin.
  var isReady: Bool { phase == .open }

  /// Whether one more call fits the server's stream limit.
  var hasRoom: Bool {
    guard isReady, !isRetired, let session, session.allowsRequests,
      context?.channel.isWritable == true
    else { return false }
    return session.openStreamCount < session.remoteMaximumConcurrentStreams
  }

  /// Opens the stream of a call.
  func open(_ stream: ClientStream) {
    guard let session else { return stream.finish(.connectionLost(endReason)) }
    write(stream)
    do {
      stream.opened(on: self)
      try session.submitRequest(headers, stream: stream)
      scheduleDrain()
    } catch {
      stream.finish(Status(code: .unavailable, message: "the call could not be sent: \(error)"))
    }
  }

  /// Writes the headers of a call into the list that all calls share.
  private func write(_ stream: ClientStream) {
    let options = stream.options
    headers.removeAllKeepingCapacity()
    headers.append(":method", "POST")
    headers.append(":scheme", scheme)
    headers.append(":path", stream.path.utf8)
    headers.append(":authority", authority.utf8)
    headers.append("te", "trailers")
    headers.append("content-type", "application/grpc")
    headers.append("grpc-accept-encoding", MessageEncoding.accepted)
    if options.encoding == .gzip { headers.append("grpc-encoding", "gzip") }
    if let remaining = options.deadline.remainingNanoseconds {
      headers.append("grpc-timeout", GRPCHeaders.timeout(nanoseconds: remaining).utf8)
    }
    // A proxy passes on the name of the caller's program.
    if !options.metadata.contains("user-agent") { headers.append("user-agent", "millrace-rpc") }
    headers.append(contentsOf: options.metadata)
  }

  /// One of the streams is gone: there may be room for a waiting call.
  func streamClosed() {
    if isRetired { endIfUnused() }
    pool?.pump()
  }

  /// No further call begins here; those that run may end.
  func retire() {
    isRetired = true
    pool?.retired(self)
    endIfUnused()
  }

  private func endIfUnused() {
    guard let session, session.openStreamCount == 0 else { return }
    terminate(.noError, reason: "no further call begins on this connection")
  }

  /// The library is content with a certificate for the address when it is not for the name. We are
  /// not: behind one address there may be another server.
  override func becameSecure(_ channel: any Channel) -> String? {
    guard let serverName else { return nil }
    let handler = try? channel.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
    let identity = handler?.peerCertificate.flatMap { PeerIdentity($0) }
    return identity?.isHost(serverName) == true
      ? nil : "CERTIFICATE_VERIFY_FAILED: the server's certificate is not for \(serverName)"
  }

  override func becameReady() { pool?.becameReady(self) }

  override func mayHaveRoom() { pool?.pump() }

  override func becameIdle() { retire() }

  override func receivedGoAway(_ code: HTTP2ErrorCode) { retire() }

  override func becameInactive() { pool?.ended(self) }
}
