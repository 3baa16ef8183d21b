import NIOCore
import RPC
import Testing

@Suite(.timeLimit(.minutes(1))) struct `Plain HTTP/2` {
  @Test(arguments: ["GET", "POST"]) func `finds a healthy server at /healthz`(method: String)
    async throws
  {
    let answer = try await ask(method: method, path: "/healthz", contentType: nil)
    #expect(answer.headers[":status"] == "200")
    #expect(answer.body == "healthy\n")
  }

  @Test(arguments: [
    ("POST", "/test.Echo/Unary", "application/json", "415"),
    ("POST", "/test.Echo/Unary", nil, "415"), ("GET", "/", "text/html", "415"),
    ("GET", "/test.Echo/Unary", "application/grpc", "405"), ("DELETE", "/healthz", nil, "405"),
  ])
  func `that is not a gRPC call is refused in HTTP's words`(
    method: String, path: String, contentType: String?, status: String
  ) async throws {
    let answer = try await ask(method: method, path: path, contentType: contentType)
    #expect(answer.headers[":status"] == status)
    #expect(!answer.body.isEmpty)
  }

  @Test(arguments: [("/healthz", "200"), ("/", "415")])
  func `is answered by headers alone when it asks for them`(
    path: String, status: String
  ) async throws {
    let answer = try await ask(method: "HEAD", path: path, contentType: nil)
    #expect(answer.headers[":status"] == status)
    #expect(answer.body.isEmpty)
  }

  private func ask(
    method: String, path: String, contentType: String?
  ) async throws -> (headers: [String: String], body: String) {
    try await withServer { _, _, port in
      let peer = try await RawPeer.connect(port)
      let list = [
        (":method", method), (":scheme", "http"), (":path", path), (":authority", "test"),
      ]
      let type = contentType.map { [("content-type", $0)] } ?? []
      await peer.send(
        Frames.preface + Frames.settings + Frames.headers(stream: 1, list + type)
          + Frames.data(stream: 1, Array("body".utf8)))
      let last = await peer.wait { $0.stream == 1 && $0.flags & 1 != 0 && $0.type <= 1 }
      let first = try #require(peer.frames.first { $0.type == 1 && $0.stream == 1 })
      let headers = try HeaderReader.read(peer.frames, upTo: first)
      await peer.close()
      let body = last?.type == 0 ? last?.payload : nil
      return (headers, String(decoding: body ?? [], as: UTF8.self))
    }
  }
}
