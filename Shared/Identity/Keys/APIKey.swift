import Crypto
public import Environment

/// A partner's API key: `mr_live_<id>_<secret>`. The identifier is looked up, the secret is
/// compared by its hash.
///
/// `id` is 16 and `secret` 64 lower-case hexadecimal digits: 256 bits, so a plain SHA-256 is enough
/// to store.
public struct APIKey: Sendable, Hashable {
  /// What every key of this environment starts with.
  public static let prefix = "mr_live_"
  /// Digits of the identifier.
  public static let idLength = 16
  /// Digits of the secret.
  public static let secretLength = 64

  /// Names the key: not secret, may stand in logs.
  public let id: String
  private let secret: [UInt8]

  private init(id: String, secret: [UInt8]) {
    self.id = id
    self.secret = secret
  }

  /// Reads a key; `nil` when the text is not one.
  public init?(parsing text: String) {
    guard text.utf8.count == Self.prefix.utf8.count + Self.idLength + 1 + Self.secretLength,
      text.hasPrefix(Self.prefix)
    else { return nil }
    let parts = text.dropFirst(Self.prefix.count).split(separator: "_", maxSplits: 1)
    guard parts.count == 2, parts[0].utf8.count == Self.idLength,
      Hexadecimal.decode(parts[0]) != nil, let secret = Hexadecimal.decode(parts[1])
    else { return nil }
    self.init(id: String(parts[0]), secret: secret)
  }

  /// A new key. Only ``Environment/Environment/system``'s randomness makes secrets.
  public static func generate(_ environment: Environment) -> APIKey {
    APIKey(
      id: Hexadecimal.encode(environment.randomness.bytes(idLength / 2)),
      secret: environment.randomness.bytes(secretLength / 2))
  }

  /// The whole key, to be shown once.
  public var text: String { "\(Self.prefix)\(id)_\(Hexadecimal.encode(secret))" }

  /// What is stored of the secret: the SHA-256 of its 32 bytes, as 64 hexadecimal digits.
  public var secretHash: String { Hexadecimal.encode(SHA256.hash(data: secret)) }

  /// Whether the stored hash is of this key's secret. The time it takes does not depend on where
  /// they differ.
  public func matches(secretHash stored: String) -> Bool {
    guard let bytes = Hexadecimal.decode(stored[...]), bytes.count == SHA256.byteCount else {
      return false
    }
    let difference = zip(bytes, SHA256.hash(data: secret)).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
    return difference == 0
  }
}

extension APIKey: CustomStringConvertible, CustomDebugStringConvertible {
  /// The identifier only: a key that ends in a log must not give its secret away.
  public var description: String { "\(Self.prefix)\(id)_…" }
  /// The same for debugging.
  public var debugDescription: String { description }
}

/// Lower-case hexadecimal digits, two per byte.
enum Hexadecimal {
  static func encode(_ bytes: some Sequence<UInt8>) -> String {
    bytes.reduce(into: "") { text, byte in
      text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
  }

  /// The bytes; `nil` for other characters or an odd count.
  static func decode(_ text: Substring) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in text.utf8 {
      let value: UInt8
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return high == nil ? bytes : nil
  }
}
