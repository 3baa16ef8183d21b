import NIOCore
import NIOHTTP1
import NIOPosix

/// Listens, and hands complete requests to the sandbox.
struct HTTPServer {
  /// Largest body that is read: a `load` of some thousand rows.
  static let maximumBodyByteCount = 16 * 1_024 * 1_024

  let channel: any Channel

  /// The port in use.
  var port: Int { channel.localAddress?.port ?? 0 }

  static func start(
    _ sandbox: Sandbox, host: String, port: Int, group: any EventLoopGroup
  ) async throws -> HTTPServer {
    let channel = try await ServerBootstrap(group: group)
      .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(ChannelOptions.backlog, value: 256)
      .childChannelInitializer { channel in
        channel.pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false)
          .flatMapThrowing {
            try channel.pipeline.syncOperations.addHandler(HTTPHandler(sandbox: sandbox))
          }
      }
      .bind(host: host, port: port).get()
    return HTTPServer(channel: channel)
  }

  func close() async throws { try await channel.close() }
}

/// Collects a request and writes its answer.
private final class HTTPHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let sandbox: Sandbox
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []

  init(sandbox: Sandbox) { self.sandbox = sandbox }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
    case .body(let buffer):
      guard body.count + buffer.readableBytes <= HTTPServer.maximumBodyByteCount else {
        context.close(promise: nil)
        return
      }
      body.append(contentsOf: buffer.readableBytesView)
    case .end: respond(context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func respond(_ context: ChannelHandlerContext) {
    guard let head else { return }
    let request = SandboxRequest(
      method: head.method.rawValue,
      path: head.uri.split(separator: "?", maxSplits: 1).first.map(String.init) ?? "/",
      contentType: head.headers.first(name: "content-type") ?? "", body: body)
    let outcome = sandbox.handle(request)
    guard outcome.delayMilliseconds > 0 else {
      write(outcome.reply, head, context)
      return
    }
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.eventLoop.scheduleTask(in: .milliseconds(outcome.delayMilliseconds)) {
      let (handler, context) = bound.value
      handler.write(outcome.reply, head, context)
    }
  }

  private func write(
    _ reply: SandboxReply?, _ request: HTTPRequestHead, _ context: ChannelHandlerContext
  ) {
    guard context.channel.isActive else { return }
    guard let reply else {
      context.close(promise: nil)
      return
    }
    let headers = HTTPHeaders([
      ("content-type", reply.contentType), ("content-length", String(reply.body.count)),
      ("connection", request.isKeepAlive ? "keep-alive" : "close"),
    ])
    let head = HTTPResponseHead(
      version: request.version, status: .init(statusCode: reply.status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(
      wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: reply.body)))),
      promise: nil)
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
      if !request.isKeepAlive { bound.value.close(promise: nil) }
    }
  }
}
