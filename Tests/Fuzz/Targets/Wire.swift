import Logging
import NIOCore
import NIOEmbedded

@testable import RPC

/// A connection of either side without a socket: the input's bytes go in, what comes out is
/// checked.
struct EmbeddedWire {
  /// Nobody reads what the connections say.
  static let logger = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
  /// Longer than every timer that a connection leaves behind when it is closed, in seconds.
  private static let lastTimerSeconds: Int64 = 60
  /// What passes between two pieces of a slow peer, in seconds.
  private static let pauseSeconds: Int64 = 3

  let channel = EmbeddedChannel()
  private let side: HTTP2Session.Side
  private var outbound: [UInt8] = []

  init(_ side: HTTP2Session.Side) { self.side = side }

  /// Puts the connection on the channel and opens it.
  func open(_ connection: Connection) {
    do {
      try channel.pipeline.syncOperations.addHandler(connection)
      try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    } catch {
      fatalError("an embedded channel always opens: \(error)")
    }
  }

  /// Brings all bytes in the pieces of the delivery; `between` comes after each of them.
  mutating func bring(
    _ bytes: [UInt8], _ delivery: Delivery, between: () -> Void
  ) {
    let pieces = delivery.pieces(bytes)
    for (index, piece) in pieces.enumerated() where channel.isActive {
      if delivery.isStalled { setWritable(index * 3 / pieces.count != 1) }
      bring(piece)
      between()
      if delivery.isSlow {
        channel.embeddedEventLoop.advanceTime(by: .seconds(Self.pauseSeconds))
      }
    }
    if channel.isActive { setWritable(true) }
    channel.embeddedEventLoop.run()
    collect()
  }

  /// Brings one piece and lets everything happen that follows from it.
  mutating func bring(_ piece: some Collection<UInt8>) {
    guard channel.isActive else { return }
    channel.pipeline.fireChannelRead(ByteBuffer(bytes: piece))
    channel.pipeline.fireChannelReadComplete()
    channel.embeddedEventLoop.run()
    collect()
  }

  private func setWritable(_ isWritable: Bool) {
    guard channel.isWritable != isWritable else { return }
    channel.isWritable = isWritable
    channel.pipeline.fireChannelWritabilityChanged()
  }

  private mutating func collect() {
    do {
      while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
        outbound += Array(buffer.readableBytesView)
      }
    } catch {
      fatalError("a connection writes buffers: \(error)")
    }
  }

  /// Closes the socket and lets the last timers pass.
  mutating func close() {
    if channel.isActive { channel.close(promise: nil) }
    channel.embeddedEventLoop.run()
    channel.embeddedEventLoop.advanceTime(by: .seconds(Self.lastTimerSeconds))
    collect()
    checkFrames()
  }

  /// What was said are whole frames that a peer may be sent.
  private func checkFrames() {
    var rest = outbound[...]
    if side == .client, !rest.isEmpty {
      let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
      hold(rest.starts(with: preface), "a client begins with the preface")
      rest = rest.dropFirst(preface.count)
    }
    while !rest.isEmpty {
      hold(rest.count >= 9, "frames have heads of nine bytes")
      let head = Array(rest.prefix(9))
      let count = head[0..<3].reduce(0) { $0 << 8 | Int($1) }
      // RFC 9113 §4.2: 16 KiB at most, unless the peer takes more.
      hold(count <= (1 << 24) - 1 && head[3] <= 9, "frames are of RFC 9113's types")
      hold(rest.count >= 9 + count, "frames are whole")
      rest = rest.dropFirst(9 + count)
    }
  }
}
