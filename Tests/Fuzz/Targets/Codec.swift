import Protobuf

/// Every message of the contracts, through the scan, protobuf-c and the Swift values.
///
/// The input: two bytes that choose the type, then its serialized form. What can be decoded can be
/// encoded, within the size that a value of it may have, and decoded to the same value.
enum Codec {
  /// Small enough for an input to cross them.
  private static let limits = DecodingLimits(
    maximumByteCount: 3 << 10, maximumDepth: 4, maximumElementCount: 200, arenaByteCount: 16 << 10)

  static func run(_ input: FuzzInput) {
    var input = input
    let choice = Int(input.byte()) << 8 | Int(input.byte())
    let type = MessageTypes.all[choice % MessageTypes.all.count]
    let bytes = input.remaining()
    for limits in [limits, .default] {
      do { try check(type, bytes, limits) } catch { hold(!"\(error)".isEmpty, "refusals say why") }
    }
  }

  /// Throws what the decoder refuses.
  private static func check<M: Message>(
    _ type: M.Type, _ bytes: [UInt8], _ limits: DecodingLimits
  ) throws(DecodingError) {
    let message = try M(decoding: bytes, limits: limits)
    do {
      let encoded = try message.encoded()
      hold(try message.encodedByteCount == encoded.count, "the measured size is the written one")
      let again = try M(decoding: encoded)
      let encodedAgain = try again.encoded()
      hold(encodedAgain.count == encoded.count, "the size of a message does not change")
      // A message with a NaN differs from another decoding of the same bytes. It would equal itself:
      // arrays that share their memory are not compared.
      let isComparable = try M(decoding: bytes, limits: limits) == message
      hold(!isComparable || again == message, "\(M.fullName) means the same: \(bytes)")
    } catch {
      hold(false, "\(M.fullName) was decoded, so it can be sent and decoded again: \(error)")
    }
  }
}
