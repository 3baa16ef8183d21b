import Environment
import JSON
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import OdooSandbox

@Suite("Webhooks of changed records, over real HTTP")
struct WebhookTests {
  /// Reads requests of one body each, keeps their text and answers.
  private final class Receiver: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let texts: AsyncStream<String>.Continuation
    private let status: String
    private let pending = Mutex("")

    init(_ texts: AsyncStream<String>.Continuation, status: String) {
      self.texts = texts
      self.status = status
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let more = String(buffer: unwrapInboundIn(data))
      let whole: String? = pending.withLock { text in
        text += more
        // The body ends with the only closing brace.
        guard text.hasSuffix("}") else { return nil }
        defer { text = "" }
        return text
      }
      guard let whole else { return }
      let answer = "HTTP/1.1 \(status)\r\ncontent-length: 0\r\n\r\n"
      context.writeAndFlush(NIOAny(ByteBuffer(string: answer)), promise: nil)
      texts.yield(whole)
    }
  }

  /// A sandbox that tells a listener of changes; the body gets what the listener heard.
  private func telling(
    status: String = "200 OK",
    _ body: (Sandbox, WebhookSender, inout AsyncStream<String>.Iterator) async throws -> Void
  ) async throws {
    let (texts, continuation) = AsyncStream.makeStream(of: String.self)
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelInitializer { channel in
        channel.pipeline.addHandler(Receiver(continuation, status: status))
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let sender = WebhookSender(
      .init(url: "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/changed", secret: "s3cret"))
    let sandbox = Sandbox(
      environment: .system,
      account: .init(
        database: "plant", users: [.init(id: 6, login: "integration", secrets: [Wire.key])]),
      webhook: sender)
    let sending = Task { await sender.run() }
    var heard = texts.makeAsyncIterator()
    do {
      try await body(sandbox, sender, &heard)
    } catch {
      sender.finish()
      throw error
    }
    sender.finish()
    await sending.value
    try await channel.close()
  }

  @discardableResult
  private func call(
    _ sandbox: Sandbox, _ model: String, _ method: String, _ arguments: [JSONValue]
  ) throws -> JSONValue {
    let outcome = sandbox.handle(
      .init(
        method: "POST", path: "/jsonrpc", contentType: "application/json",
        body: Wire.body(model, method, arguments).serialized))
    return try JSONValue(parsing: try #require(outcome.reply).body)
  }

  private func change(_ text: String?) throws -> JSONValue {
    let body = try #require(text).split(separator: "\r\n\r\n", maxSplits: 1)
    return try JSONValue(parsing: String(try #require(body.last)))
  }

  @Test("say which record changed, with the secret, each time a call made, changed or deleted one")
  func told() async throws {
    try await telling { sandbox, _, heard in
      let made = try call(sandbox, "uom.uom", "create", [[["name": "Crate", "category_id": 1]]])
      let id = try #require(made["result"]?[0])
      let text = try #require(await heard.next())
      #expect(text.hasPrefix("POST /changed HTTP/1.1\r\n"))
      #expect(text.lowercased().contains("x-millrace-webhook-secret: s3cret\r\n"))
      #expect(text.lowercased().contains("content-type: application/json\r\n"))
      let wanted: JSONValue = ["_model": "uom.uom", "_id": id]
      #expect(try change(text) == wanted)
      try call(sandbox, "uom.uom", "write", [[id], ["active": false]])
      #expect(try change(await heard.next()) == wanted)
      try call(sandbox, "uom.uom", "unlink", [[id]])
      #expect(try change(await heard.next()) == wanted)
    }
  }

  @Test("are not sent by calls that read, fail or touch what nobody asked for")
  func silent() async throws {
    try await telling { sandbox, _, heard in
      _ = sandbox.handle(.init(method: "GET", path: "/sandbox/calls", contentType: "", body: []))
      try call(sandbox, "res.partner", "search_read", [[]])
      try call(sandbox, "res.partner", "create", [[["name": "A"], ["name": false]]])
      try call(sandbox, "product.category", "create", [[["name": "Other"]]])
      try call(sandbox, "res.partner", "write", [[1], ["ref": "told"]])
      #expect(try change(await heard.next()) == ["_model": "res.partner", "_id": 1])
    }
  }

  @Test("name the variant and the template when a product changes")
  func products() async throws {
    try await telling { sandbox, _, heard in
      try call(sandbox, "product.product", "create", [[["name": "Nut"]]])
      #expect(try change(await heard.next())["_model"] == "product.product")
      #expect(try change(await heard.next())["_model"] == "product.template")
    }
  }

  @Test("that are refused are counted and not tried again")
  func refused() async throws {
    try await telling(status: "500 Internal Server Error") { sandbox, sender, heard in
      try call(sandbox, "res.partner", "write", [[1], ["ref": "one"]])
      _ = await heard.next()
      try call(sandbox, "res.partner", "write", [[1], ["ref": "two"]])
      _ = await heard.next()
      while sender.counts["failed"] != 2 { await Task.yield() }
      #expect(sender.counts == ["sent": 0, "failed": 2, "dropped": 0, "waiting": 0])
    }
  }
}
