public import Environment

/// A partner's API key: `mr_live_<id>_<secret>`, or `mr_test_…`. The identifier is looked up, the
/// secret is compared by its digest.
///
/// `id` is 16 and `secret` 64 lower-case hexadecimal digits: 256 bits, so a plain SHA-256 is enough
/// to store. Reading one allocates nothing: it is done for every call.
public struct APIKey: Sendable, Hashable {
  /// Digits of the identifier.
  public static let idLength = 16
  /// Digits of the secret.
  public static let secretLength = 2 * Bytes32.count
  private static let prefixLength = 8
  private static let length = prefixLength + idLength + 1 + secretLength
  private static let scheme: StaticString = "bearer "

  /// What it is for.
  public let environment: KeyEnvironment
  /// Names the key: not secret, may stand in logs.
  public let id: ID
  private let secret: Bytes32

  /// The public part of a key: 16 hexadecimal digits.
  public struct ID: Sendable, Hashable, CustomStringConvertible {
    fileprivate let bits: UInt64

    fileprivate init(bits: UInt64) { self.bits = bits }

    /// Reads an identifier; `nil` when the text is none.
    public init?(_ text: String) {
      var text = text
      guard let id = text.withUTF8({ ID($0) }) else { return nil }
      self = id
    }

    fileprivate init?(_ digits: UnsafeBufferPointer<UInt8>) {
      guard digits.count == APIKey.idLength else { return nil }
      var bits: UInt64 = 0
      for digit in digits {
        guard let value = Hexadecimal.value(digit) else { return nil }
        bits = bits << 4 | UInt64(value)
      }
      self.bits = bits
    }

    /// The digits.
    public var description: String {
      Hexadecimal.encode((0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) })
    }
  }

  private init(_ environment: KeyEnvironment, id: ID, secret: Bytes32) {
    self.environment = environment
    self.id = id
    self.secret = secret
  }

  /// Reads a key; `nil` when the text is not one.
  public init?(parsing text: String) {
    var text = text
    guard let key = text.withUTF8({ APIKey($0) }) else { return nil }
    self = key
  }

  /// Reads the key behind `Bearer ` in the metadata `authorization`; the scheme's name is
  /// case-insensitive (RFC 9110 §11.1). `nil` when it is anything else.
  public init?(bearer value: String) {
    var value = value
    guard let key = value.withUTF8({ APIKey(bearer: UnsafeRawBufferPointer($0)) }) else {
      return nil
    }
    self = key
  }

  /// The same of the metadata's bytes in their place.
  public init?(bearer bytes: UnsafeRawBufferPointer) {
    let count = Self.scheme.utf8CodeUnitCount
    guard bytes.count > count,
      (0..<count).allSatisfy({ Self.lowercased(bytes[$0]) == Self.scheme.utf8Start[$0] })
    else { return nil }
    let key = UnsafeRawBufferPointer(rebasing: bytes[count...])
      .withMemoryRebound(to: UInt8.self) { APIKey($0) }
    guard let key else { return nil }
    self = key
  }

  private init?(_ text: UnsafeBufferPointer<UInt8>) {
    guard text.count == Self.length, text[Self.prefixLength + Self.idLength] == UInt8(ascii: "_"),
      let environment = KeyEnvironment.allCases.first(where: { environment in
        (0..<Self.prefixLength).allSatisfy { text[$0] == environment.prefix.utf8Start[$0] }
      }),
      let id = ID(
        UnsafeBufferPointer(rebasing: text[Self.prefixLength...].prefix(Self.idLength))),
      let secret = Bytes32(
        hexadecimal: UnsafeBufferPointer(rebasing: text.suffix(Self.secretLength)))
    else { return nil }
    self.init(environment, id: id, secret: secret)
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  /// A new key. Only ``Environment/Environment/system``'s randomness makes secrets.
  public static func generate(
    _ environment: Environment, for keyEnvironment: KeyEnvironment = .live
  ) -> APIKey {
    let bytes = environment.randomness.bytes(Bytes32.count)
    return APIKey(
      keyEnvironment, id: ID(bits: environment.randomness.next()),
      // As many bytes as were asked for.
      secret: bytes.withUnsafeBytes { Bytes32($0) } ?? Bytes32())
  }

  /// The whole key, to be shown once.
  public var text: String { "\(environment.prefix)\(id)_\(Hexadecimal.encode(secret.array))" }

  /// What is stored of the secret.
  public var digest: KeyDigest { KeyDigest(of: secret) }

  /// Whether a stored digest is of this key's secret. The time it takes does not depend on where
  /// they differ.
  public func matches(_ stored: KeyDigest) -> Bool { digest == stored }
}

extension APIKey: CustomStringConvertible, CustomDebugStringConvertible {
  /// The identifier only: a key that ends in a log must not give its secret away.
  public var description: String { "\(environment.prefix)\(id)_…" }
  /// The same for debugging.
  public var debugDescription: String { description }
}
