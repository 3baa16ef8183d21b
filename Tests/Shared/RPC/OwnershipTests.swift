import NIOCore
import NIOPosix
import RPC
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A finished call` {
  /// Remembers calls without keeping them alive.
  private final class Watch: Sendable {
    private struct Box: @unchecked Sendable {
      // Unchecked: a weak reference to a Sendable object, read and written atomically by the
      // runtime.
      weak var context: CallContext?
    }

    private let boxes = Mutex<[Box]>([])

    var count: Int { boxes.withLock { $0.count } }
    var alive: Int { boxes.withLock { $0.count { $0.context != nil } } }

    func add(_ context: CallContext) { boxes.withLock { $0.append(Box(context: context)) } }
  }

  @Test func `leaves nothing behind, however it ended`() async throws {
    let (watch, started) = (Watch(), Signal())
    let hang = MethodHandler.unary { request, context in
      watch.add(context)
      let never = Signal()
      context.onCancel { never.set() }
      started.set()
      await never.wait()
      return request
    }
    let quick = MethodHandler.unary { request, context in
      watch.add(context)
      return request
    }
    let fail = MethodHandler.unary { _, context in
      watch.add(context)
      throw Status(code: .notFound)
    }
    let endless = MethodHandler.serverStreaming { request, context, responses in
      watch.add(context)
      while true { try await responses.write(request) }
    }
    let handlers = [
      "/t/Hang": hang, "/t/Quick": quick, "/t/Fail": fail, "/t/Endless": endless,
    ]
    try await withServer(handlers) { _, channel, port in
      for _ in 0..<20 {
        _ = try await channel.unary(path: "/t/Quick", ByteBuffer())
        _ = await status { _ = try await channel.unary(path: "/t/Fail", ByteBuffer()) }
        let stream = try await channel.serverStreaming(
          path: "/t/Endless", ByteBuffer(repeating: 0, count: 1_000))
        var iterator = stream.makeAsyncIterator()
        _ = try await iterator.next()
      }
      // Cancelled by the caller.
      let call = Task { try await channel.unary(path: "/t/Hang", ByteBuffer()) }
      await started.wait()
      call.cancel()
      _ = await status { _ = try await call.value }
      // Lost with its connection.
      let peer = try await RawPeer.connect(port)
      await peer.send(
        Frames.preface + Frames.settings
          + Frames.headers(stream: 1, Frames.call(path: "/t/Hang"))
          + Frames.data(stream: 1, Frames.message("x")))
      await started.wait(count: 2)
      await peer.close()
      // Cancelled again, on a connection that goes on.
      let last = Task { try await channel.unary(path: "/t/Hang", ByteBuffer()) }
      await started.wait(count: 3)
      last.cancel()
      _ = await status { _ = try await last.value }
    }
    #expect(watch.count == 63)
    // What was closed a moment ago may still be let go by tasks that wait for their turn.
    while watch.alive > 0, !Task.isCancelled {
      try await MultiThreadedEventLoopGroup.singleton.any().submit {}.get()
      await Task.yield()
    }
    #expect(watch.alive == 0)
  }
}
