import Environment
import Testing

@testable import Identity

@Suite("API keys")
struct APIKeyTests {
  private static let id = String(repeating: "a", count: 16)
  private static let secret = String(repeating: "b", count: 64)

  @Test("A new key is read back and matches its own hash")
  func roundTrip() throws {
    let key = APIKey.generate(.system)
    let read = try #require(APIKey(parsing: key.text))
    #expect(read == key)
    #expect(read.matches(secretHash: key.secretHash))
    #expect(key.text.hasPrefix("mr_live_"))
    #expect(APIKey.generate(.system) != key)
  }

  @Test("The hash is the SHA-256 of the 32 bytes of the secret")
  func hash() throws {
    let zeros = try #require(
      APIKey(parsing: "mr_live_\(Self.id)_\(String(repeating: "0", count: 64))"))
    #expect(
      zeros.secretHash == "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925")
  }

  @Test("Another key's hash, a shortened one and no hash do not match")
  func mismatch() {
    let key = APIKey.generate(.system)
    let hash = key.secretHash
    for other in [
      APIKey.generate(.system).secretHash, "", String(hash.dropLast(2)), hash + "00",
      hash.uppercased() + "x",
    ] {
      #expect(!key.matches(secretHash: other))
    }
  }

  static let bad = [
    "", "mr_live_", "mr_live_\(id)", "mr_live_\(id)_", "mr_live__\(secret)", "\(id)_\(secret)",
    "mr_test_\(id)_\(secret)", "mr_live_\(id)\(secret)_", "MR_LIVE_\(id)_\(secret)",
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
