import Values

/// The newest entry of the audit log, as the next one follows it.
struct AuditHead: Sendable, Hashable {
  /// Its place, 0 when there is no entry.
  var sequence: Int64
  /// Its link.
  var link: AuditLink

  /// The head of an empty log.
  static let none = AuditHead(sequence: 0, link: .nothing)
}

/// What ties an audit entry to all before it: the SHA-256 of the link before and of everything the
/// entry says. Whoever changes, removes, adds or swaps entries has to make all later links anew, and
/// the link of a head that somebody else keeps tells.
public struct AuditLink: Sendable, Hashable, CustomStringConvertible {
  /// The 32 bytes.
  public let bytes: [UInt8]

  /// What the first entry follows. Entries written before there was a chain have it, too.
  public static let nothing = AuditLink(bytes: [UInt8](repeating: 0, count: byteCount))
  static let byteCount = 32

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// A link as it was stored or exported; nil unless it has 32 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.init(bytes: bytes)
  }

  /// The link of an entry that follows this one.
  func following(_ record: AuditRecord) -> AuditLink {
    var digest = CanonicalDigest()
    digest.add(bytes)
    digest.add(record.sequence)
    digest.add(record.at.microseconds)
    let entry = record.entry
    for text in [
      entry.principal, entry.origin, entry.action, entry.object, entry.outcome, entry.correlation,
    ] {
      digest.add(text)
    }
    digest.add(entry.digestBefore)
    digest.add(entry.digestAfter)
    return AuditLink(bytes: digest.bytes())
  }

  /// A link of its ``description``; nil for any other text.
  public init?(hexadecimal text: String) {
    let half = text.utf8.count / 2
    guard text.utf8.count == 2 * Self.byteCount,
      let first = Identifier(hexadecimal: String(text.prefix(half))),
      let second = Identifier(hexadecimal: String(text.suffix(half)))
    else { return nil }
    self.init(bytes: first.bytes + second.bytes)
  }

  /// 64 hexadecimal digits.
  public var description: String {
    [bytes.prefix(Identifier.byteCount), bytes.suffix(Identifier.byteCount)]
      .compactMap { Identifier(bytes: $0)?.description }.joined()
  }
}
