import Environment
import Testing

@testable import Identity

@Suite("API keys")
struct APIKeyTests {
  private static let id = String(repeating: "a", count: 16)
  private static let secret = String(repeating: "b", count: 64)

  @Test("A new key of either environment is read back and matches its own digest")
  func roundTrip() throws {
    for environment in KeyEnvironment.allCases {
      let key = APIKey.generate(.system, for: environment)
      let read = try #require(APIKey(parsing: key.text))
      #expect(read == key)
      #expect(read.environment == environment)
      #expect(read.matches(key.digest))
      #expect(key.text.hasPrefix("mr_\(environment.rawValue)_\(key.id)_"))
      #expect(APIKey.ID("\(key.id)") == key.id)
    }
    #expect(APIKey.generate(.system) != APIKey.generate(.system))
  }

  @Test("The digest is the SHA-256 of the 32 bytes of the secret")
  func hash() throws {
    let zeros = try #require(
      APIKey(parsing: "mr_live_\(Self.id)_\(String(repeating: "0", count: 64))"))
    #expect(
      Hexadecimal.encode(zeros.digest.bytes)
        == "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925")
  }

  @Test("Another key's digest, and one that differs in a single bit, do not match")
  func mismatch() throws {
    let key = APIKey.generate(.system)
    #expect(!key.matches(APIKey.generate(.system).digest))
    #expect(!key.matches(.ofNothing))
    for bit in 0..<256 {
      var bytes = key.digest.bytes
      bytes[bit / 8] ^= 1 << (bit % 8)
      let other = try #require(KeyDigest(bytes: bytes))
      #expect(!key.matches(other))
    }
    #expect(KeyDigest(bytes: [UInt8](repeating: 0, count: 31)) == nil)
    #expect(KeyDigest(bytes: key.digest.bytes) == key.digest)
  }

  @Test("A key is read behind Bearer in any case, and behind nothing else")
  func bearer() {
    let key = APIKey.generate(.system)
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
      #expect(APIKey(bearer: "\(scheme) \(key.text)") == key)
    }
    for value in [
      "", "Bearer", "Bearer ", key.text, "Basic \(key.text)", "Bearer  \(key.text)",
      "Bearer\t\(key.text)", "Bearer \(key.text) ", " Bearer \(key.text)",
    ] {
      #expect(APIKey(bearer: value) == nil, "\(value)")
    }
  }

  static let bad = [
    "", "mr_live_", "mr_live_\(id)", "mr_live_\(id)_", "mr_live__\(secret)", "\(id)_\(secret)",
    "mr_demo_\(id)_\(secret)", "mr_live_\(id)\(secret)_", "MR_LIVE_\(id)_\(secret)",
    "mr_live_\(id)_\(secret)0", "mr_live_\(id)_\(secret.dropLast())g",
    "mr_live_\(id.dropLast())G_\(secret)", "mr_live_\(id)-\(secret)", " mr_live_\(id)_\(secret)",
    "mr_live_\(id)_\(secret.dropLast())\u{0}", "mr_live_\(id)_\(secret.uppercased())",
  ]

  @Test("Text that is no key is not read", arguments: bad)
  func refused(text: String) {
    #expect(APIKey(parsing: text) == nil)
  }

  @Test("A key that ends in a log shows its identifier only")
  func description() {
    let key = APIKey.generate(.system)
    #expect("\(key)" == "mr_live_\(key.id)_…")
    #expect(!String(reflecting: key).contains(key.text.suffix(64)))
  }
}
