import Logging
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import RPC

@Suite struct `A client's connection` {
  @Test func `asks a silent server for a sign of life and then gives up`() throws {
    let channel = EmbeddedChannel()
    let connection = ClientConnection(
      limits: Limits(), authority: "test", eventLoop: channel.eventLoop,
      logger: Logger(label: "test"))
    try channel.pipeline.syncOperations.addHandler(connection)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    try channel.writeInbound(ByteBuffer(bytes: Frames.settings))
    let receiver = Recorder()
    let call = ClientStream(
      path: "/a/b", message: ByteBuffer(), options: ClientCallOptions(), limits: Limits(),
      eventLoop: channel.eventLoop, receiver: receiver)
    #expect(connection.hasRoom)
    connection.open(call)
    channel.embeddedEventLoop.run()
    while try channel.readOutbound(as: ByteBuffer.self) != nil {}

    let period = TimeAmount.milliseconds(Int64(Limits().keepAliveMilliseconds))
    channel.embeddedEventLoop.advanceTime(by: period)
    #expect(try received(channel).isEmpty)
    channel.embeddedEventLoop.advanceTime(by: period)
    #expect(try received(channel).map(\.type) == [6])
    #expect(receiver.statuses.isEmpty)
    channel.embeddedEventLoop.advanceTime(
      by: .milliseconds(Int64(Limits().keepAliveAnswerMilliseconds)))
    #expect(!channel.isActive)
    #expect(receiver.statuses.map(\.code) == [.unavailable])
    #expect(!call.isOpen)
  }

  @Test func `says goodbye when there was no call for long`() throws {
    let channel = EmbeddedChannel()
    var limits = Limits()
    limits.idleMilliseconds = 1_000
    let connection = ClientConnection(
      limits: limits, authority: "test", eventLoop: channel.eventLoop,
      logger: Logger(label: "test"))
    try channel.pipeline.syncOperations.addHandler(connection)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    try channel.writeInbound(ByteBuffer(bytes: Frames.settings))
    while try channel.readOutbound(as: ByteBuffer.self) != nil {}
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(999))
    #expect(channel.isActive && connection.hasRoom)
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
    #expect(try received(channel).map(\.type) == [ReceivedFrame.goAway])
    #expect(!connection.hasRoom)
    #expect(!channel.isActive)
  }
}

/// Keeps what a call's receiver is told.
final class Recorder: ClientReceiver {
  private let list = Mutex<[Status]>([])

  var statuses: [Status] { list.withLock { $0 } }

  func receive(initialMetadata: RPC.Metadata) {}
  func receive(message: ReceivedMessage) {}
  func finish(_ status: Status) { list.withLock { $0.append(status) } }
  func takesMore() -> Bool { true }
  var queuedBytes: Int { 0 }
}
