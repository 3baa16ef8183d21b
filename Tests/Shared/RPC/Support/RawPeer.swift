import NIOCore
import NIOPosix
import Synchronization

/// The other end of a connection, under the test's full control: bytes out, bytes in.
final class RawPeer: Sendable {
  private struct Received {
    var bytes: [UInt8] = []
    var isClosed = false
  }

  private let received = Watched(Received())
  private let channel = Mutex<(any Channel)?>(nil)

  /// Connects to a server under test.
  static func connect(_ port: Int) async throws -> RawPeer {
    let peer = RawPeer()
    _ = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { peer.attach($0) }
      .connect(host: "127.0.0.1", port: port).get()
    return peer
  }

  /// Takes over a channel that was accepted or is being connected.
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

  var isClosed: Bool { received.value.isClosed }
  /// Everything received, as it came.
  var bytes: [UInt8] { received.value.bytes }
  /// The frames in it, for one who plays a client.
  var frames: [ReceivedFrame] { ReceivedFrame.parse(bytes) }

  /// Waits until a condition on all bytes received so far (and whether the connection is closed).
  func wait(until condition: @escaping @Sendable ([UInt8], Bool) -> Bool) async {
    await received.wait { condition($0.bytes, $0.isClosed) }
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

  fileprivate func took(_ bytes: ByteBufferView) { received.update { $0.bytes += bytes } }
  fileprivate func ended() { received.update { $0.isClosed = true } }
}

private final class Collector: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  private let peer: RawPeer

  init(peer: RawPeer) { self.peer = peer }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    peer.took(unwrapInboundIn(data).readableBytesView)
  }

  func channelInactive(context: ChannelHandlerContext) { peer.ended() }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
