public import Values

/// The sixteen bytes under which the ledger remembers a fact or a command for ever.
///
/// They are a SHA-256 over the kind and the length-prefixed parts of the identity, cut to 16 bytes.
/// When the vendor's identity is a UUID version 7, the first six bytes are its time stamp instead,
/// so that keys arrive in order and are inserted at the end of their index: random keys cost twice
/// as much at ten million rows. The ten bytes of digest that remain make a collision by chance
/// impossible in practice (it needs the same millisecond, too), and one made on purpose hurts only
/// the partner who makes it.
public struct FactKey: Sendable, Hashable {
  /// The key.
  public let identifier: Identifier

  /// What kind of thing an identity names; kinds never collide.
  private enum Kind: Int64 {
    case fact = 1
    case command = 2
  }

  /// The key of a reported fact: (site, source system, source event).
  public static func fact(_ identity: FactIdentity) -> FactKey {
    var digest = CanonicalDigest()
    digest.add(Kind.fact.rawValue)
    digest.add(identity.site.text)
    digest.add(identity.sourceSystem)
    digest.add(identity.sourceEventID)
    return FactKey(digest, order: identity.sourceEventID)
  }

  /// The key of a command: `requestID` is unique per site and partner, not per credential.
  public static func command(site: SiteCode, partner: String, requestID: String) -> FactKey {
    var digest = CanonicalDigest()
    digest.add(Kind.command.rawValue)
    digest.add(site.text)
    digest.add(partner)
    digest.add(requestID)
    return FactKey(digest, order: requestID)
  }

  private init(_ digest: CanonicalDigest, order text: String) {
    let bytes = digest.bytes()
    let high = bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
    let low = bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    // Ten of the first sixteen bytes remain behind a time stamp: always the same ones.
    guard let time = Self.timeStamp(ofUUIDv7: text) else {
      identifier = Identifier(high: high, low: low)
      return
    }
    identifier = Identifier(high: time << 16 | high & 0xFFFF, low: low)
  }

  /// The 48-bit time stamp of the text form of a UUID version 7 (RFC 9562 §5.7), `nil` for any
  /// other text.
  private static func timeStamp(ofUUIDv7 text: String) -> UInt64? {
    var text = text
    return text.withUTF8(timeStamp(ofUUIDv7:))
  }

  private static func timeStamp(ofUUIDv7 text: UnsafeBufferPointer<UInt8>) -> UInt64? {
    let length = 36
    guard text.count == length else { return nil }
    var time: UInt64 = 0
    for index in 0..<length {
      switch index {
      case 8, 13, 18, 23: guard text[index] == UInt8(ascii: "-") else { return nil }
      default:
        guard let digit = hexadecimalDigit(text[index]), index != 14 || digit == 7 else {
          return nil
        }
        // Twelve digits: those before the version, but for the hyphen.
        if index < 13 { time = time << 4 | UInt64(digit) }
      }
    }
    return time
  }

  private static func hexadecimalDigit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
