import Foundation
import JSON
import Testing

@testable import Identity

@Suite("Key sets of external issuers")
struct ExternalKeySetTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var path: String
    var key: Int
    var change: [String: JSONValue?]
    var testDescription: String { name }

    init(_ name: String, _ path: String, key: Int, _ change: [String: JSONValue?]) {
      self.name = name
      self.path = path
      self.key = key
      self.change = change
    }
  }

  private static let ed25519 = 0
  private static let es256 = 1
  private static let rs256 = 2
  private static let bytes32 = JSONValue.string(Base64URL.encode([UInt8](repeating: 1, count: 32)))

  private static func modulus(_ count: Int, first: UInt8) -> JSONValue {
    .string(Base64URL.encode([first] + [UInt8](repeating: 0xFF, count: count - 1)))
  }

  static let cases: [Case] = [
    Case("no kid", "keys[0].kid", key: ed25519, ["kid": .some(nil)]),
    Case("empty kid", "keys[0].kid", key: ed25519, ["kid": ""]),
    Case("a kid twice", "keys[1].kid", key: es256, ["kid": "key-EdDSA"]),
    Case("no alg", "keys[0].alg", key: ed25519, ["alg": .some(nil)]),
    Case("alg none", "keys[0].alg", key: ed25519, ["alg": "none"]),
    Case("HMAC", "keys[0].alg", key: ed25519, ["alg": "HS256", "kty": "oct"]),
    Case("another curve", "keys[0].alg", key: ed25519, ["crv": "Ed448"]),
    Case("the algorithm of another type", "keys[2].alg", key: rs256, ["alg": "ES256"]),
    Case("RSA with SHA-512", "keys[2].alg", key: rs256, ["alg": "RS512"]),
    Case("for encryption", "keys[2].use", key: rs256, ["use": "enc"]),
    Case("a private key", "keys[0]", key: ed25519, ["d": bytes32]),
    Case("a shared secret", "keys[0]", key: ed25519, ["k": bytes32]),
    Case("a short Ed25519 key", "keys[0].x", key: ed25519, ["x": "AQ"]),
    Case("a padded Ed25519 key", "keys[0].x", key: ed25519, ["x": "AQ=="]),
    Case("no point of the curve", "keys[1]", key: es256, ["x": bytes32, "y": bytes32]),
    Case("RSA of 1024 bits", "keys[2].n", key: rs256, ["n": modulus(128, first: 0xFF)]),
    Case("RSA of 2047 bits", "keys[2].n", key: rs256, ["n": modulus(256, first: 0x7F)]),
    Case("RSA with a leading zero", "keys[2].n", key: rs256, ["n": modulus(257, first: 0)]),
    Case("RSA of 8200 bits", "keys[2].n", key: rs256, ["n": modulus(1_025, first: 0xFF)]),
    Case("a huge exponent", "keys[2].e", key: rs256, ["e": modulus(5, first: 1)]),
  ]

  @Test("a key that breaks a rule is refused with its place", arguments: cases)
  func refused(_ wrong: Case) async throws {
    var keys = try Self.keys()
    var key = try #require(keys[wrong.key].objectValue)
    for (name, value) in wrong.change { key[name] = value }
    keys[wrong.key] = .object(key)
    let set = JSONValue.object(["keys": .array(keys)]).serialized
    await #expect {
      _ = try await ExternalKeySet(parsing: set)
    } throws: {
      ($0 as? ExternalKeySetError)?.path == wrong.path
    }
  }

  @Test(
    "what is no key set is refused",
    arguments: ["", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[]}"#, #"{"keys":[1]}"#])
  func noKeySet(text: String) async {
    await #expect(throws: ExternalKeySetError.self) {
      _ = try await ExternalKeySet(parsing: text.utf8)
    }
  }

  private static func keys() throws -> [JSONValue] {
    let bytes = try ExternalTokenFixture.bytes()
    return try #require(JSONValue(parsing: bytes)["keySet"]?["keys"]?.arrayValue)
  }
}
