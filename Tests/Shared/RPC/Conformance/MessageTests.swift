import RPC
import Testing

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §8.1, message framing` {
  private static let body = Frames.data(stream: 1, Array("test".utf8), end: false)
  private static let trailers = [("x-check", "1")]

  @Test(arguments: [
    Row("8.1", "a request without a body", .send(Frames.get()), answer: .response(1)),
    Row(
      "8.1", "a request with trailers",
      .send(Frames.post() + body + Frames.headers(stream: 1, trailers, end: true)),
      answer: .response(1)),
    Row(
      "8.1", "a second HEADERS frame that does not end the stream",
      .send(Frames.post() + body + Frames.headers(stream: 1, trailers)),
      answer: .anyError(1, .protocolError)),
    Row(
      "8.1", "trailers with a pseudo-header field",
      .send(
        Frames.post() + body + Frames.headers(stream: 1, [(":method", "GET")], end: true)),
      answer: .anyError(1, .protocolError)),
    Row(
      "8.1.1", "content-length larger than the body",
      .send(Frames.post(adding: [("content-length", "5")]) + Frames.data(stream: 1, [1])),
      answer: .anyError(1, .protocolError)),
    Row(
      "8.1.1", "content-length smaller than the body",
      .send(Frames.post(adding: [("content-length", "1")]) + Frames.data(stream: 1, [1, 2])),
      answer: .anyError(1, .protocolError)),
    Row(
      "8.1.1", "content-length smaller than a body in several frames",
      .send(
        Frames.post(adding: [("content-length", "5")]) + body + Frames.data(stream: 1, [1, 2])),
      answer: .anyError(1, .protocolError)),
    Row(
      "8.1.1", "content-length where there is no body",
      .send(Frames.headers(stream: 1, Frames.plain(adding: [("content-length", "1")]), end: true)),
      answer: .anyError(1, .protocolError)),
    Row(
      "8.1.1", "content-length twice",
      .send(
        Frames.post(adding: [("content-length", "1"), ("content-length", "2")])
          + Frames.data(stream: 1, [1])),
      answer: .anyError(1, .protocolError)),
    Row(
      "8.1.1", "content-length that is no number",
      .send(Frames.post(adding: [("content-length", "-1")]) + Frames.data(stream: 1, [])),
      answer: .anyError(1, .protocolError)),
    Row(
      "8.1.1", "content-length as long as the body, with padding beside",
      .send(
        Frames.post(adding: [("content-length", "2")])
          + Frames.frame(type: 0, flags: 0x9, stream: 1, [3, 1, 2, 0, 0, 0])),
      answer: .response(1)),
  ])
  func `is the RFC's`(row: Row) async throws { try await row.check() }
}

/// A field that makes a request malformed, or does not.
private func field(
  _ section: String, _ sentence: String, _ name: String, _ value: String, isMalformed: Bool = true
) -> Row {
  Row(
    section, sentence,
    .send(Frames.headers(stream: 1, Frames.plain(adding: [(name, value)]), end: true)),
    answer: isMalformed ? .anyError(1, .protocolError) : .response(1))
}

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §8.2, fields` {
  @Test(arguments: [
    field("8.2.1", "a name in upper case", "X-Test", "1"),
    field("8.2.1", "a name with a space", "x test", "1"),
    field("8.2.1", "a name with a colon", "x:test", "1"),
    field("8.2.1", "a name with a control character", "x\u{1}", "1"),
    field("8.2.1", "a name outside ASCII", "x\u{E9}", "1"),
    field("8.2.1", "a name with DEL", "x\u{7F}", "1"),
    field("8.2.1", "a name without characters", "", "1"),
    field("8.2.1", "a value with NUL", "x", "a\0b"),
    field("8.2.1", "a value with LF", "x", "a\nb"),
    field("8.2.1", "a value with CR", "x", "a\rb"),
    field("8.2.1", "a value that starts with a space", "x", " a"),
    field("8.2.1", "a value that ends with a tab", "x", "a\t"),
    field("8.2.1", "a value without characters", "x", "", isMalformed: false),
    field("8.2.1", "a value outside ASCII", "x", "\u{E9}", isMalformed: false),
    field("8.2.1", "a value with a tab inside", "x", "a\tb", isMalformed: false),
  ])
  func `have valid names and values`(row: Row) async throws { try await row.check() }

  @Test(arguments: [
    field("8.2.2", "connection", "connection", "close"),
    field("8.2.2", "proxy-connection", "proxy-connection", "close"),
    field("8.2.2", "keep-alive", "keep-alive", "timeout=5"),
    field("8.2.2", "transfer-encoding", "transfer-encoding", "chunked"),
    field("8.2.2", "upgrade", "upgrade", "h2c"),
    field("8.2.2", "te of another value than trailers", "te", "trailers, deflate"),
    field("8.2.2", "te of trailers", "te", "trailers", isMalformed: false),
  ])
  func `speak of the message, not of the connection`(row: Row) async throws {
    try await row.check()
  }

  @Test(arguments: [
    Row(
      "8.2.3", "a cookie in three fields",
      .send(
        Frames.headers(
          stream: 1,
          Frames.plain(adding: [("cookie", "a=1"), ("cookie", "b=2"), ("cookie", "c=3")]),
          end: true)),
      answer: .response(1))
  ])
  func `may be split where they are cookies`(row: Row) async throws { try await row.check() }
}

@Suite(.timeLimit(.minutes(1))) struct `RFC 9113 §8.3, control data` {
  private static func request(_ list: [(String, String)]) -> Step {
    .send(Frames.headers(stream: 1, list, end: true))
  }

  @Test(arguments: [
    field("8.3", "a pseudo-header field that is unknown", ":test", "1"),
    field("8.3", "a pseudo-header field of responses", ":status", "200"),
    field("8.3.1", ":method twice", ":method", "GET"),
    field("8.3.1", ":scheme twice", ":scheme", "http"),
    field("8.3.1", ":path twice", ":path", "/healthz"),
    field("8.3.1", ":authority twice", ":authority", "test"),
    Row(
      "8.3", "a pseudo-header field after another field",
      request(Frames.plain(first: [("x", "1")])), answer: .anyError(1, .protocolError)),
    Row(
      "8.3.1", "no :method", request(Frames.plain(without: [":method"])),
      answer: .anyError(1, .protocolError)),
    Row(
      "8.3.1", "no :scheme", request(Frames.plain(without: [":scheme"])),
      answer: .anyError(1, .protocolError)),
    Row(
      "8.3.1", "no :path", request(Frames.plain(without: [":path"])),
      answer: .anyError(1, .protocolError)),
    Row(
      "8.3.1", "an empty :path", request(Frames.plain(without: [":path"], first: [(":path", "")])),
      answer: .anyError(1, .protocolError)),
    Row(
      "8.3.1", "a :path that does not start with a slash",
      request(Frames.plain(without: [":path"], first: [(":path", "healthz")])),
      answer: .anyError(1, .protocolError)),
    Row(
      "8.3.1", "neither :authority nor host", request(Frames.plain(without: [":authority"])),
      answer: .anyError(1, .protocolError)),
    Row(
      "8.3.1", "host in place of :authority",
      request(Frames.plain(without: [":authority"], adding: [("host", "test")])),
      answer: .response(1)),
    // A server should refuse a host that differs from :authority; ours uses neither of them.
    Row(
      "8.3.1", "host beside another :authority", request(Frames.plain(adding: [("host", "other")])),
      answer: .response(1)),
    Row(
      "8.5", "CONNECT with :path and :scheme", request(Frames.plain("CONNECT")),
      answer: .anyError(1, .protocolError)),
    Row(
      "8.5", "CONNECT, which this server does not offer",
      request([(":method", "CONNECT"), (":authority", "test:1")]),
      answer: .response(1, status: "415")),
  ])
  func `must be complete and come first`(row: Row) async throws { try await row.check() }
}
