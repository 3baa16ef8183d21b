import NIOCore
import NIOPosix
import RPC
import Synchronization
import Testing

/// A server that says what the test wants: each connection is handed to a script.
func withRawServer<Result>(
  _ script: @escaping @Sendable (RawPeer) async -> Void,
  _ body: (_ channel: ClientChannel, _ port: Int) async throws -> Result
) async throws -> Result {
  let group = MultiThreadedEventLoopGroup.singleton
  let listener = try await ServerBootstrap(group: group)
    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    .childChannelInitializer { channel in
      let peer = RawPeer()
      return peer.attach(channel).map { Task { await script(peer) } }.map { _ in () }
    }
    .bind(host: "127.0.0.1", port: 0).get()
  let port = try #require(listener.localAddress?.port)
  let channel = ClientChannel(
    host: "127.0.0.1", port: port, configuration: ClientConfiguration(limits: .patient),
    group: group)
  do {
    let result = try await body(channel, port)
    await channel.close()
    try await listener.close()
    return result
  } catch {
    await channel.close()
    try await listener.close()
    throw error
  }
}

extension RawPeer {
  /// Waits for the client's preface and settings and answers with settings of our own.
  func handshake(settings: [UInt8] = Frames.settings) async {
    await wait { bytes, isClosed in isClosed || bytes.count >= Frames.preface.count + 9 }
    await send(settings + Frames.settingsAcknowledgement)
  }

  /// Waits for the n-th request's headers and gives its stream number.
  func waitForRequest(_ number: Int = 1) async -> UInt32 {
    await wait { bytes, isClosed in isClosed || Self.requests(bytes).count >= number }
    let requests = Self.requests(bytes)
    return requests.count >= number ? requests[number - 1] : 0
  }

  private static func requests(_ bytes: [UInt8]) -> [UInt32] {
    ReceivedFrame.parse(Array(bytes.dropFirst(Frames.preface.count)))
      .filter { $0.type == 1 }.map(\.stream)
  }
}
