public import Values

/// What tells whether two facts with one identity say the same: a digest over the decoded canonical
/// content, with the version of the rule (the scheme) by which it was made.
///
/// The scheme changes when a service begins to look at other fields; old rows keep theirs.
public struct Fingerprint: Sendable, Hashable {
  /// The first 16 bytes of the SHA-256.
  public let digest: Identifier
  /// Which rule made it, 1 or more.
  public let scheme: Int

  /// The fingerprint of a content.
  public init(_ content: CanonicalDigest, scheme: Int) {
    let bytes = content.bytes()
    self.init(
      digest: Identifier(
        high: bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) },
        low: bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }),
      scheme: scheme)
  }

  /// A fingerprint of its parts.
  public init(digest: Identifier, scheme: Int) {
    self.digest = digest
    self.scheme = scheme
  }
}
