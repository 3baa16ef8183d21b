import NIOCore
import Synchronization

@testable import RPC

/// Bytes from a client into a server's connection, whose handlers answer in every way.
///
/// The input: one byte of ``Delivery``, then what the client sends behind its preface and settings.
/// Whatever comes, the connection keeps to its limits, and when it has ended nothing of it is left:
/// no running handler, no held byte, no object.
enum ServerFrames {
  /// Small ones, so that a short input crosses them.
  private static let limits: Limits = {
    var limits = Limits()
    limits.concurrentStreams = 5
    limits.messageBytes = 1 << 10
    limits.connectionRequestBytes = 2 << 10
    limits.freelyHeldRequestBytes = 512
    limits.streamOutboundBytes = 64
    limits.connectionOutboundBytes = 512
    limits.outboundFrames = 20
    limits.controlFrames = 50
    return limits
  }()

  static func run(_ input: FuzzInput) {
    weak let remembered = serve(input)
    hold(remembered == nil, "nothing keeps a server's connection that has ended")
  }

  private static func serve(_ input: FuzzInput) -> ServerConnection {
    var input = input
    let delivery = Delivery(input.byte())
    let handlers = Handlers()
    var wire = EmbeddedWire(.server)
    let connections = ServerConnections(limits: limits)
    let connection = ServerConnection(
      limits: limits, channel: wire.channel, logger: EmbeddedWire.logger,
      routes: Routes(configuration, lookup: { handlers.handler($0) }),
      connections: connections)
    hold(connections.insert(connection) == .enters, "a first connection is let in")
    wire.open(connection)
    if !delivery.isRaw { wire.bring(opening) }
    wire.bring(input.remaining(), delivery) { check(connection) }
    wire.close()
    hold(connections.isEmpty, "a connection that has ended is counted no more")
    hold(connection.phase == .closed && connection.session == nil, "it is closed then")
    hold(handlers.running == 0, "no handler goes on without its connection")
    hold(connection.held.bytes == 0, "no request byte is held for a call that has ended")
    hold(connection.outboundBytes == 0, "no response byte waits on a call that has ended")
    return connection
  }

  private static func check(_ connection: ServerConnection) {
    hold(connection.held.bytes >= 0 && connection.outboundBytes >= 0, "counts are right")
    hold(
      connection.held.bytes <= limits.connectionRequestBytes, "requests keep to their limit")
    // Each call may be one message over the mark.
    let most = limits.connectionOutboundBytes + limits.concurrentStreams * 2 * limits.messageBytes
    hold(connection.outboundBytes <= most, "responses keep to their limit")
    guard let session = connection.session else { return }
    hold(session.openStreamCount <= limits.concurrentStreams * 2, "streams keep to their limit")
    hold(session.queuedHeaderBytes >= 0, "header bytes are counted right")
  }

  private static let configuration = ServerConfiguration(
    host: "fuzz", port: 0, limits: limits, logger: EmbeddedWire.logger)

  /// A client's preface and empty settings.
  private static let opening =
    Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
}

/// Handlers of every kind behind paths of one letter, which a fuzzer finds.
private final class Handlers: Sendable {
  private let count = Atomic(0)

  /// Handlers that have begun and not ended.
  var running: Int { count.load(ordering: .relaxed) }

  func handler(_ path: String) -> MethodHandler? {
    switch path {
    case "/u": .unary { request, context in Self.echo(request, context) }
    case "/f":
      .unary { request, context in
        let text = String(buffer: request)
        throw Status(code: .notFound, message: text, details: Array(request.readableBytesView))
      }
    case "/s":
      .serverStreaming { request, _, responses in
        try await self.counted {
          for _ in 0..<(request.readableBytesView.first ?? 1) % 16 {
            try await responses.write(request)
          }
        }
      }
    case "/c":
      .clientStreaming { requests, _ in
        try await self.counted {
          var count = 0
          for try await request in requests { count += request.readableBytes }
          return ByteBuffer(string: "\(count)")
        }
      }
    case "/b":
      .bidirectional { requests, context, responses in
        try await self.counted {
          context.compressResponses()
          for try await request in requests { try await responses.write(request) }
        }
      }
    default: nil
    }
  }

  private static func echo(_ request: ByteBuffer, _ context: CallContext) -> ByteBuffer {
    context.compressResponses()
    context.setTrailingMetadata(context.metadata)
    return request
  }

  private func counted<Result>(_ body: () async throws -> Result) async rethrows -> Result {
    count.add(1, ordering: .relaxed)
    defer { count.subtract(1, ordering: .relaxed) }
    return try await body()
  }
}
