import NIOCore
import NIOEmbedded

@testable import RPC

/// Bytes from a server into a client's connection with three calls on it: a unary one, one whose
/// message is compressed, and one that goes on writing requests.
///
/// The input: one byte of ``Delivery``, then what the server sends behind its settings. Whatever
/// comes, each call gets its status once and nothing after it, and nothing is left of a connection
/// that has ended.
enum ClientFrames {
  /// Small ones, so that a short input crosses them.
  private static let limits: Limits = {
    var limits = Limits()
    limits.messageBytes = 1 << 10
    limits.streamWindowBytes = 1 << 16
    limits.outboundFrames = 20
    limits.controlFrames = 50
    return limits
  }()

  static func run(_ input: FuzzInput) {
    weak let remembered = call(input)
    hold(remembered == nil, "nothing keeps a client's connection that has ended")
  }

  private static func call(_ input: FuzzInput) -> ClientConnection {
    var input = input
    let delivery = Delivery(input.byte())
    var wire = EmbeddedWire(.client)
    let loop = wire.channel.embeddedEventLoop
    let connection = ClientConnection(
      limits: limits, authority: "fuzz", eventLoop: loop, logger: EmbeddedWire.logger)
    wire.open(connection)
    if !delivery.isRaw { wire.bring([0, 0, 0, 4, 0, 0, 0, 0, 0]) }
    var calls: [Call] = []
    func begin() {
      guard calls.isEmpty, connection.hasRoom else { return }
      calls = Call.Kind.allCases.map { Call($0, limits: limits, eventLoop: loop) }
      for call in calls { call.open(on: connection) }
    }
    begin()
    wire.bring(input.remaining(), delivery) {
      begin()
      for call in calls { call.goOn() }
    }
    wire.close()
    hold(connection.phase == .closed && connection.session == nil, "it is closed")
    for call in calls {
      hold(call.receiver.ends == 1, "a call has one end; it has \(call.receiver.ends)")
      hold(!call.stream.isOpen && call.stream.phase == .done, "its stream is done")
    }
    return connection
  }
}

private struct Call {
  enum Kind: CaseIterable { case unary, compressed, writing }

  let receiver = Receiver()
  let stream: ClientStream
  private let isWriting: Bool

  init(_ kind: Kind, limits: Limits, eventLoop: any EventLoop) {
    var options = ClientCallOptions()
    options.encoding = kind == .compressed ? .gzip : .identity
    isWriting = kind == .writing
    stream = ClientStream(
      path: "/u", message: isWriting ? nil : ByteBuffer(string: "question"), options: options,
      limits: limits, eventLoop: eventLoop, receiver: receiver)
  }

  func open(on connection: ClientConnection) { connection.open(stream) }

  /// What a caller does meanwhile: writes, and takes what has come.
  func goOn() {
    receiver.takeOne()
    if receiver.isHolding { stream.releaseWindow() }
    guard isWriting, stream.hasRoom else { return }
    do {
      _ = try stream.write(ByteBuffer(string: "more"), compressed: false)
    } catch {
      hold(receiver.ends == 1, "only a call that has ended takes no request: \(error)")
    }
  }
}

/// Checks the order of what a call gets.
private final class Receiver: ClientReceiver, @unchecked Sendable {
  // Unchecked: everything here happens on the one thread of the embedded loop.
  private(set) var ends = 0
  private(set) var isHolding = false
  private var hasMetadata = false
  /// The bytes of each message that was not taken yet.
  private var waiting: [Int] = []

  var queuedBytes: Int { waiting.reduce(0, +) }

  func receive(initialMetadata: Metadata) {
    hold(!hasMetadata && ends == 0, "initial metadata comes once and first")
    hasMetadata = true
  }

  func receive(message: ReceivedMessage) throws(Status) {
    hold(hasMetadata && ends == 0, "messages come between the metadata and the end")
    hold(message.bytes.readableBytes <= 1 << 10, "messages keep to their limit")
    waiting.append(message.bytes.readableBytes)
    if waiting.count > 100 { throw Status(code: .resourceExhausted, message: "enough") }
  }

  func finish(_ status: Status) {
    ends += 1
    hold(ends == 1, "a call ends once")
    hold(status.code != .ok || hasMetadata, "only what was begun can be OK: \(status)")
  }

  func takesMore() -> Bool {
    isHolding = waiting.count > 2
    return !isHolding
  }

  /// The caller takes a message.
  func takeOne() { if !waiting.isEmpty { waiting.removeFirst() } }
}
