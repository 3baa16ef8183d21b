public import Values

/// The sixteen bytes under which the ledger remembers a fact or a command for ever.
///
/// They are a SHA-256 over the kind and the length-prefixed parts of the identity, cut to 16 bytes. When the vendor's
/// identity is a UUID version 7, the first six bytes are its time stamp instead, so that keys arrive in order and
/// are inserted at the end of their index: random keys cost twice as much at ten million rows. The ten bytes of
/// digest that remain make a collision by chance impossible in practice (it needs the same millisecond, too), and one
/// made on purpose hurts only the partner who makes it.
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
    let prefix = Self.timeStampBytes(ofUUIDv7: text) ?? []
    // Ten of the first sixteen bytes remain behind a time stamp: always the same ones.
    identifier = Identifier(
      high: Self.bigEndian(prefix + bytes[prefix.count..<8]), low: Self.bigEndian(bytes[8..<16]))
  }

  private static func bigEndian(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The 48-bit time stamp of the text form of a UUID version 7 (RFC 9562 §5.7), `nil` for any other text.
  private static func timeStampBytes(ofUUIDv7 text: String) -> [UInt8]? {
    let characters = Array(text.utf8)
    let hyphens = [8, 13, 18, 23]
    guard characters.count == 36, hyphens.allSatisfy({ characters[$0] == UInt8(ascii: "-") }),
      characters[14] == UInt8(ascii: "7"),
      let identifier = Identifier(hexadecimal: text.replacing("-", with: ""))
    else { return nil }
    return Array(identifier.bytes.prefix(6))
  }
}
