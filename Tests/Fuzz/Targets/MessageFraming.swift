import NIOCore

@testable import RPC

/// gRPC's length-prefixed messages, compressed or not.
///
/// The input: a byte of options, a byte with a number of cuts, a byte for the length of each piece,
/// then the stream. What is read does not depend on where it was cut; what is written is read again.
enum MessageFraming {
  /// Longest messages that are tried, in bytes.
  private static let maximums = [0, 16, 300, 1 << 20]
  /// Held beside the bytes that have come: a piece of memory, and the rounding of each allocation.
  private static let heldBesideBytes = 16 << 10

  static func run(_ input: FuzzInput) {
    var input = input
    let options = input.byte()
    let maximum = maximums[Int(options >> 1 & 3)]
    let encoding: MessageEncoding = options & 1 == 0 ? .gzip : .identity
    let cuts = input.take(Int(input.byte() % 32)).map(Int.init)
    let stream = input.remaining()
    func read(_ pieces: [ArraySlice<UInt8>]) -> Reading {
      Reading(pieces, maximum: maximum, encoding: encoding)
    }
    let whole = read([stream[...]])
    hold(read(pieces(stream, cuts)) == whole, "a stream means the same however it is cut")
    hold(read(stream.indices.map { stream[$0...$0] }) == whole, "the same byte by byte")
    for message in whole.messages {
      hold(message.count <= maximum, "no message is longer than the limit")
    }
    write(whole.messages, compressed: options & 8 != 0, bufferBytes: 1 + Int(options >> 4))
    compress(stream)
  }

  private static func pieces(_ stream: [UInt8], _ cuts: [Int]) -> [ArraySlice<UInt8>] {
    var rest = stream[...]
    var pieces: [ArraySlice<UInt8>] = []
    for cut in cuts {
      pieces.append(rest.prefix(cut))
      rest = rest.dropFirst(cut)
    }
    return pieces + [rest]
  }

  /// What became of a stream.
  private struct Reading: Equatable {
    var messages: [[UInt8]] = []
    var failure: Status?
    var isInsideMessage = false

    init(_ pieces: [ArraySlice<UInt8>], maximum: Int, encoding: MessageEncoding) {
      var reader = MessageReader(maximumMessageBytes: maximum, encoding: encoding)
      var count = 0
      for piece in pieces {
        count += piece.count
        do throws(Status) {
          // Into an array first: typed throws do not pass through its access to memory.
          try Array(piece).span.bytes.withUnsafeBytes { (bytes) throws(Status) in
            try reader.feed(bytes, room: { maximum }) {
              messages.append(Array($0.bytes.readableBytesView))
            }
          }
        } catch {
          failure = error
          return
        }
        hold(
          reader.heldBytes <= 2 * count + MessageFraming.heldBesideBytes,
          "no memory is reserved for bytes that have not come")
      }
      isInsideMessage = reader.isInsideMessage
    }
  }

  /// Messages through the writing side, taken in buffers of one size, and read again.
  private static func write(_ messages: [[UInt8]], compressed: Bool, bufferBytes: Int) {
    var body = OutboundBody()
    for message in messages {
      if compressed {
        body.append(compressing: ByteBuffer(bytes: message))
      } else {
        body.append(message: ByteBuffer(bytes: message))
      }
    }
    var stream: [UInt8] = []
    while body.byteCount > 0 {
      withUnsafeTemporaryAllocation(byteCount: bufferBytes, alignment: 1) { buffer in
        let count = body.copy(into: buffer)
        hold(count > 0, "a body with bytes fills the next buffer")
        stream += Array(buffer[..<count])
      }
    }
    let again = Reading([stream[...]], maximum: 1 << 24, encoding: .gzip)
    hold(
      again.messages == messages && again.failure == nil && !again.isInsideMessage,
      "what is written is read again")
  }

  /// Any bytes survive compression, and not one more than the limit comes out.
  private static func compress(_ bytes: [UInt8]) {
    guard let compressed = Gzip.compress(ByteBuffer(bytes: bytes)) else {
      return hold(false, "everything can be compressed")
    }
    do {
      let again = try Gzip.decompress(compressed, maximum: bytes.count)
      hold(Array(again.readableBytesView) == bytes, "compression keeps every byte")
    } catch {
      hold(false, "what was compressed can be decompressed: \(error)")
    }
    guard !bytes.isEmpty else { return }
    do {
      _ = try Gzip.decompress(compressed, maximum: bytes.count - 1)
      hold(false, "a message over the limit is refused")
    } catch {
      hold(error.code == .resourceExhausted, "it is refused for its size: \(error)")
    }
  }
}
