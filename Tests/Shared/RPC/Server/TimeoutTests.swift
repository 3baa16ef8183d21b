import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import RPC

/// Time passes only when the test says so.
@Suite struct `A slow peer` {
  private let limits = Limits()

  @Test func `that sends no preface is disconnected`() throws {
    let channel = try connect()
    channel.embeddedEventLoop.advanceTime(
      by: .milliseconds(Int64(limits.prefaceMilliseconds) - 1))
    #expect(channel.isActive)
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
    #expect(!channel.isActive)
  }

  @Test func `that never ends its headers is disconnected`() throws {
    let channel = try connect()
    try send(
      channel,
      Frames.preface + Frames.settings
        + Frames.headers(stream: 1, Frames.call(), endHeaders: false))
    channel.embeddedEventLoop.advanceTime(
      by: .milliseconds(Int64(limits.headersMilliseconds) - 1))
    #expect(channel.isActive)
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
    #expect(!channel.isActive)
  }

  @Test func `that never ends its request has the call refused`() throws {
    let channel = try connect()
    try send(
      channel,
      Frames.preface + Frames.settings + Frames.headers(stream: 1, Frames.call())
        + Frames.data(stream: 1, [0, 0, 0], end: false))
    _ = try received(channel)
    sweep(channel, limits.requestMilliseconds / limits.sweepMilliseconds - 1)
    #expect(try !received(channel).contains { $0.type == 1 })
    sweep(channel, 1)
    let frames = try received(channel)
    #expect(frames.contains { $0.type == 1 && $0.flags & 1 != 0 })
    #expect(frames.contains { $0.type == ReceivedFrame.rstStream && $0.errorCode == 0 })
    #expect(channel.isActive)
  }

  @Test func `that takes nothing is disconnected`() throws {
    let channel = try connect()
    try send(channel, Frames.preface + Frames.settings)
    channel.isWritable = false
    channel.pipeline.fireChannelWritabilityChanged()
    channel.embeddedEventLoop.advanceTime(
      by: .milliseconds(Int64(limits.stalledWriteMilliseconds) - 1))
    #expect(channel.isActive)
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
    #expect(!channel.isActive)
  }

  @Test func `gets nothing while its channel is not writable`() throws {
    let channel = try connect()
    try send(channel, Frames.preface + Frames.settings)
    _ = try received(channel)
    channel.isWritable = false
    try send(channel, Frames.ping(1))
    #expect(try received(channel).isEmpty)
    channel.isWritable = true
    channel.pipeline.fireChannelWritabilityChanged()
    #expect(try received(channel).map(\.type) == [6])
  }

  private func connect() throws -> EmbeddedChannel {
    let channel = EmbeddedChannel()
    let connection = ServerConnection(
      limits: limits, channel: channel, logger: Logger(label: "test"),
      routes: Routes(ServerConfiguration(host: "", port: 0)) { _ in echo },
      connections: ServerConnections(limits: limits))
    try channel.pipeline.syncOperations.addHandler(connection)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    return channel
  }

  private func send(_ channel: EmbeddedChannel, _ bytes: [UInt8]) throws {
    try channel.writeInbound(ByteBuffer(bytes: bytes))
  }

  private func sweep(_ channel: EmbeddedChannel, _ count: Int) {
    channel.embeddedEventLoop.advanceTime(
      by: .milliseconds(Int64(limits.sweepMilliseconds * count)))
  }
}

/// The frames a handler has written.
func received(_ channel: EmbeddedChannel) throws -> [ReceivedFrame] {
  var bytes: [UInt8] = []
  while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
    bytes += Array(buffer.readableBytesView)
  }
  return ReceivedFrame.parse(bytes)
}
