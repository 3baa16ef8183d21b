import NIOCore
import NIOPosix
import Synchronization

/// The other end of a connection, under the test's full control: bytes out, bytes in.
final class RawPeer: Sendable {
  private struct State {
    var bytes: [UInt8] = []
    var isClosed = false
    var waiting: [(@Sendable ([UInt8], Bool) -> Bool, CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())
  private let channel = Mutex<(any Channel)?>(nil)

  /// Connects to a server under test.
  static func connect(_ port: Int) async throws -> RawPeer {
    let peer = RawPeer()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { peer.attach($0) }
      .connect(host: "127.0.0.1", port: port).get()
    peer.channel.withLock { $0 = channel }
    return peer
  }

  /// Takes over a channel that was accepted or connected.
  func attach(_ channel: any Channel) -> EventLoopFuture<Void> {
    self.channel.withLock { $0 = channel }
    return channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(Collector(peer: self))
    }
  }

  /// Sends bytes; a peer that has closed already is no failure.
  func send(_ bytes: [UInt8]) async {
    guard let channel = channel.withLock({ $0 }) else { return }
    try? await channel.writeAndFlush(ByteBuffer(bytes: bytes))
  }

  func close() async {
    guard let channel = channel.withLock({ $0 }) else { return }
    try? await channel.close()
  }

  /// Stops, or goes on, reading from the socket.
  func setReading(_ isReading: Bool) async throws {
    guard let channel = channel.withLock({ $0 }) else { return }
    try await channel.setOption(.autoRead, value: isReading).get()
  }

  var isClosed: Bool { state.withLock { $0.isClosed } }
  /// Everything received, as it came.
  var clientBytes: [UInt8] { state.withLock { $0.bytes } }
  /// The frames in it, for one who plays a client.
  var frames: [ReceivedFrame] { ReceivedFrame.parse(state.withLock { $0.bytes }) }

  /// Waits until a condition on all bytes received so far (and whether the connection is closed).
  func wait(until condition: @escaping @Sendable ([UInt8], Bool) -> Bool) async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let isMet = state.withLock { state in
        let isMet = condition(state.bytes, state.isClosed)
        if !isMet { state.waiting.append((condition, continuation)) }
        return isMet
      }
      if isMet { continuation.resume() }
    }
  }

  /// Waits for a frame, or the end of the connection.
  func wait(forFrame condition: @escaping @Sendable (ReceivedFrame) -> Bool) async -> ReceivedFrame?
  {
    await wait { bytes, isClosed in
      isClosed || ReceivedFrame.parse(bytes).contains(where: condition)
    }
    return frames.first(where: condition)
  }

  func waitUntilClosed() async { await wait { _, isClosed in isClosed } }

  fileprivate func update(_ change: (inout [UInt8], inout Bool) -> Void) {
    let ready = state.withLock { state in
      change(&state.bytes, &state.isClosed)
      let (bytes, isClosed) = (state.bytes, state.isClosed)
      let ready = state.waiting.filter { $0.0(bytes, isClosed) }
      state.waiting.removeAll { $0.0(bytes, isClosed) }
      return ready
    }
    for (_, continuation) in ready { continuation.resume() }
  }
}

private final class Collector: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  private let peer: RawPeer

  init(peer: RawPeer) { self.peer = peer }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    peer.update { bytes, _ in bytes += Array(buffer.readableBytesView) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    peer.update { _, isClosed in isClosed = true }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
