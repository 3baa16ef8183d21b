import Testing

@testable import RPC

/// Two sessions that talk without any socket between them.
@Suite struct `An HTTP/2 session` {
  @Test func `brings a request, a response and trailers across`() throws {
    let (client, server) = try pair()
    let call = RecordingStream(body: Array("question".utf8))
    try client.session.submitRequest(request(), stream: call)
    try exchange(client.session, server.session)
    let answered = try #require(server.accepted.first)
    #expect(String(decoding: answered.data, as: UTF8.self) == "question")
    #expect(answered.isRemoteEnded)

    answered.body = Array("answer".utf8)
    answered.trailers = StaticHeaders(["grpc-status": "0"])
    answered.session = server.session
    server.session.submitResponse(
      StaticHeaders([":status": "200"]).fields, stream: answered, endsStream: false)
    try exchange(client.session, server.session)
    #expect(String(decoding: call.data, as: UTF8.self) == "answer")
    #expect(call.headers.map(\.0) == [":status", "grpc-status"])
    #expect(call.closes == [.noError])
    #expect(answered.closes == [.noError])
    #expect(client.session.openStreamCount == 0)
    #expect(server.session.openStreamCount == 0)
  }

  @Test func `tells every stream once when the connection is gone`() throws {
    let (client, server) = try pair()
    let calls = try (0..<5).map { _ in
      let call = RecordingStream(body: [])
      try client.session.submitRequest(request(), stream: call)
      return call
    }
    try exchange(client.session, server.session)
    client.session.closeAllStreams(.cancel)
    client.session.closeAllStreams(.cancel)
    #expect(calls.allSatisfy { $0.closes == [.cancel] && !$0.isOpen })
    #expect(client.session.openStreamCount == 0)
  }

  @Test func `forgets a request that was reset before it was sent`() throws {
    let (client, server) = try pair()
    let call = RecordingStream(body: [])
    try client.session.submitRequest(request(), stream: call)
    client.session.reset(call, .cancel)
    try exchange(client.session, server.session)
    #expect(call.closes == [.cancel])
    #expect(client.session.openStreamCount == 0)
    #expect(server.session.openStreamCount == 0)
  }

  @Test func `lets no stream outlive it`() throws {
    weak var watched: RecordingStream?
    do {
      let (client, server) = try pair()
      let call = RecordingStream(body: [])
      try client.session.submitRequest(request(), stream: call)
      try exchange(client.session, server.session)
      watched = server.accepted.first
      server.accepted = []
      #expect(watched != nil)
      server.session.closeAllStreams(.cancel)
    }
    #expect(watched == nil)
  }

  @Test func `holds the peer back until what it sent is consumed`() throws {
    let (client, server) = try pair()
    let call = RecordingStream(body: [UInt8](repeating: 1, count: 200_000))
    try client.session.submitRequest(request(), stream: call)
    try exchange(client.session, server.session)
    let stream = try #require(server.accepted.first)
    #expect(stream.data.count == 65_536)
    server.session.consume(stream, 65_536)
    try exchange(client.session, server.session)
    #expect(stream.data.count == 131_072)
  }

  private func request() -> HeaderList {
    var headers = HeaderList()
    headers.append(":method", "POST")
    headers.append(":path", "/")
    headers.append(":scheme", "http")
    headers.append(":authority", "test")
    return headers
  }

  private func pair() throws -> (client: Owner, server: Owner) {
    let (client, server) = (try Owner(.client), try Owner(.server))
    try exchange(client.session, server.session)
    return (client, server)
  }

  /// Carries bytes both ways until nobody has anything to say.
  private func exchange(_ left: HTTP2Session, _ right: HTTP2Session) throws {
    var isQuiet = false
    while !isQuiet {
      isQuiet = true
      for (from, to) in [(left, right), (right, left)] {
        while let bytes = try from.nextOutbound() {
          isQuiet = false
          try to.receive(bytes)
        }
      }
    }
  }
}

private final class Owner: HTTP2SessionDelegate {
  private(set) var made: HTTP2Session?
  var accepted: [RecordingStream] = []

  var session: HTTP2Session { made! }

  init(_ side: HTTP2Session.Side) throws {
    made = try HTTP2Session(
      side: side,
      settings: HTTP2Settings(
        maximumConcurrentStreams: 10, maximumHeaderListBytes: 8_192,
        maximumHeaderBlockBytes: 65_536, streamWindowBytes: 65_536,
        connectionWindowBytes: 1 << 20, maximumContinuations: 8,
        maximumOutboundAcknowledgements: 100), delegate: self)
  }

  func acceptStream() -> HTTP2Stream? {
    let stream = RecordingStream(body: [])
    accepted.append(stream)
    return stream
  }

  func received(_ event: HTTP2Event) {}
}

private final class RecordingStream: HTTP2Stream {
  var body: [UInt8]
  var trailers: StaticHeaders?
  var session: HTTP2Session?
  private(set) var headers: [(String, String)] = []
  private(set) var data: [UInt8] = []
  private(set) var closes: [HTTP2ErrorCode] = []

  init(body: [UInt8]) { self.body = body }

  override func receivedHeader(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    headers.append(
      (String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
  }

  override func receivedData(_ bytes: UnsafeRawBufferPointer) { data += Array(bytes) }

  override func closed(_ code: HTTP2ErrorCode) { closes.append(code) }

  override func produceBody(into buffer: UnsafeMutableRawBufferPointer) -> HTTP2BodyPart {
    let count = min(buffer.count, body.count)
    buffer.copyBytes(from: body.prefix(count))
    body.removeFirst(count)
    guard body.isEmpty else { return .bytes(count) }
    guard let trailers, let session else { return .end(count) }
    session.submitTrailers(trailers.fields, stream: self)
    return .endBeforeTrailers(count)
  }
}
