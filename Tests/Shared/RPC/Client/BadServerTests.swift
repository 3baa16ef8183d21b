import NIOCore
import RPC
import Testing

/// What a client makes of servers that do not keep to the rules.
@Suite(.timeLimit(.minutes(1))) struct `A bad server` {
  @Test(arguments: [
    ("400", StatusCode.internalError), ("401", .unauthenticated), ("403", .permissionDenied),
    ("404", .unimplemented), ("429", .unavailable), ("502", .unavailable), ("503", .unavailable),
    ("504", .unavailable), ("418", .unknown), ("200", .unknown),
  ])
  func `that answers plain HTTP gives gRPC's code for it`(
    http: String, code: StatusCode
  ) async throws {
    let caught = try await callAnswered { stream in
      Frames.headers(stream: stream, [(":status", http), ("content-type", "text/html")])
        + Frames.data(stream: stream, Array("<html>".utf8))
    }
    #expect(caught?.code == code)
  }

  @Test(
    arguments: [
      (7, StatusCode.unavailable), (8, .cancelled), (11, .resourceExhausted),
      (12, .permissionDenied), (0, .internalError), (1, .internalError), (2, .internalError),
      (99, .internalError),
    ] as [(UInt32, StatusCode)])
  func `that resets the stream gives gRPC's code for it`(
    reset: UInt32, code: StatusCode
  ) async throws {
    let caught = try await callAnswered { Frames.reset(stream: $0, code: reset) }
    #expect(caught?.code == code)
  }

  @Test(
    arguments: [
      ("no status", [], [("x", "y")], StatusCode.unknown),
      ("a status in words", [], [("grpc-status", "fine")], .unknown),
      ("an unknown status", [], [("grpc-status", "77")], StatusCode(rawValue: 77)),
      ("OK without a message", [], [("grpc-status", "0")], .unimplemented),
      (
        "two messages", Frames.message("a") + Frames.message("b"), [("grpc-status", "0")],
        .unimplemented
      ),
      ("half a message", [0, 0, 0, 0, 9, 1], [("grpc-status", "0")], .internalError),
      (
        "a compressed message", Frames.message("a", flag: 1), [("grpc-status", "0")], .internalError
      ),
      ("a broken message text", [], [("grpc-status", "5"), ("grpc-message", "50%")], .notFound),
    ] as [(String, [UInt8], [(String, String)], StatusCode)])
  func `that answers wrongly gives a clear error`(
    name: String, body: [UInt8], trailers: [(String, String)], code: StatusCode
  ) async throws {
    let caught = try await callAnswered { stream in
      Frames.headers(stream: stream, [(":status", "200"), ("content-type", "application/grpc")])
        + Frames.data(stream: stream, body, end: false)
        + Frames.headers(stream: stream, trailers, end: true)
    }
    #expect(caught?.code == code, "\(name)")
  }

  @Test func `that ends the stream without trailers gives INTERNAL`() async throws {
    let caught = try await callAnswered { stream in
      Frames.headers(stream: stream, [(":status", "200"), ("content-type", "application/grpc")])
        + Frames.data(stream: stream, Frames.message("x"))
    }
    #expect(caught?.code == .internalError)
  }

  @Test func `that answers in an unknown encoding gives INTERNAL`() async throws {
    let caught = try await callAnswered { stream in
      Frames.headers(
        stream: stream,
        [(":status", "200"), ("content-type", "application/grpc"), ("grpc-encoding", "zstd")])
    }
    #expect(caught?.code == .internalError)
  }

  @Test func `that sends interim headers first is understood`() async throws {
    let caught = try await callAnswered { stream in
      Frames.headers(stream: stream, [(":status", "103")])
        + Frames.headers(
          stream: stream,
          [(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "5")],
          end: true)
    }
    #expect(caught?.code == .notFound)
  }

  @Test func `that goes away in the middle of a call gives UNAVAILABLE`() async throws {
    try await withRawServer { peer in
      await peer.handshake()
      _ = await peer.waitForRequest()
      await peer.close()
    } _: { channel, _ in
      let caught = await status { _ = try await channel.unary(path: "/a/b", ByteBuffer()) }
      #expect(caught?.code == .unavailable)
    }
  }

  @Test func `that says goodbye before a call was processed gives UNAVAILABLE`() async throws {
    try await withRawServer { peer in
      await peer.handshake()
      _ = await peer.waitForRequest()
      await peer.send(Frames.goAway(lastStream: 0))
    } _: { channel, _ in
      let caught = await status { _ = try await channel.unary(path: "/a/b", ByteBuffer()) }
      #expect(caught?.code == .unavailable)
    }
  }

  @Test(arguments: [
    Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), [UInt8](repeating: 0xFF, count: 64), [],
  ])
  func `that speaks no HTTP/2 gives UNAVAILABLE`(bytes: [UInt8]) async throws {
    try await withRawServer { peer in
      await peer.send(bytes)
      await peer.close()
    } _: { channel, _ in
      let caught = await status { _ = try await channel.unary(path: "/a/b", ByteBuffer()) }
      #expect(caught?.code == .unavailable)
    }
  }

  @Test func `is told when a call is given up`() async throws {
    let (asked, reset) = (Signal(), Signal())
    try await withRawServer { peer in
      await peer.handshake()
      _ = await peer.waitForRequest()
      asked.set()
      await peer.wait { bytes, isClosed in
        let frames = ReceivedFrame.parse(Array(bytes.dropFirst(Frames.preface.count)))
        return isClosed
          || frames.contains { $0.type == ReceivedFrame.rstStream && $0.errorCode == 8 }
      }
      reset.set()
    } _: { channel, _ in
      let call = Task { try await channel.unary(path: "/a/b", ByteBuffer()) }
      await asked.wait()
      call.cancel()
      #expect(await status { _ = try await call.value }?.code == .cancelled)
      await reset.wait()
    }
  }

  @Test func `that floods with PING frames is left`() async throws {
    try await withRawServer { peer in
      await peer.handshake()
      _ = await peer.waitForRequest()
      await peer.send((0..<5_000).flatMap { (_: Int) -> [UInt8] in Frames.ping(3) })
    } _: { channel, _ in
      let caught = await status { _ = try await channel.unary(path: "/a/b", ByteBuffer()) }
      #expect(caught?.code == .unavailable)
    }
  }

  /// The status of a unary call that gets these frames as its answer.
  private func callAnswered(
    _ frames: @escaping @Sendable (UInt32) -> [UInt8]
  ) async throws -> Status? {
    try await withRawServer { peer in
      await peer.handshake()
      // A call that the server refuses comes again.
      for number in 1...Limits().transparentRetries + 1 {
        let stream = await peer.waitForRequest(number)
        await peer.send(frames(stream))
      }
    } _: { channel, _ in
      await status { _ = try await channel.unary(path: "/a/b", ByteBuffer(string: "x")) }
    }
  }
}
