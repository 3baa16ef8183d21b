import Crypto

/// What is kept of an API key's secret: its SHA-256, 32 bytes. Two are compared in a time that does
/// not depend on where they differ.
///
/// The secret has 256 random bits, so that a slow hash would add nothing.
public struct KeyDigest: Sendable, Hashable {
  /// How many bytes it has.
  public static let byteCount = Bytes32.count

  private let content: Bytes32

  /// A digest that no key is known to have: to compare with when there is none.
  public static let ofNothing = KeyDigest(content: Bytes32())

  private init(content: Bytes32) { self.content = content }

  /// The digest of a secret.
  init(of secret: Bytes32) {
    let hash = secret.withUnsafeBytes { bytes in
      var hash = SHA256()
      hash.update(bufferPointer: bytes)
      return hash.finalize()
    }
    // A SHA-256 has as many bytes.
    content = hash.withUnsafeBytes { Bytes32($0) } ?? Bytes32()
  }

  /// A digest that was stored; `nil` unless it has ``byteCount`` bytes.
  public init?(bytes: [UInt8]) {
    guard let content = bytes.withUnsafeBytes({ Bytes32($0) }) else { return nil }
    self.content = content
  }

  /// The bytes, to be stored.
  public var bytes: [UInt8] { content.array }
}
