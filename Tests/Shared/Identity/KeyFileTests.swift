import Environment
import Foundation
import Testing

@testable import Identity

@Suite("Key files")
final class KeyFileTests {
  private let directory: String

  init() throws {
    directory = NSTemporaryDirectory() + "millrace-keys-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  private var privatePath: String { "\(directory)/\(SigningKey.Purpose.principals.fileName)" }
  private var publicPath: String { "\(directory)/\(SigningKey.Purpose.principals.publicFileName)" }

  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }

  @Test("A created pair signs and verifies, and only its owner can read the private half")
  func pair() async throws {
    let created = try await SigningKey.create(.principals, directory: directory)
    #expect(try mode(privatePath) == 0o600)
    #expect(try mode(publicPath) == 0o644)
    let loaded = try await SigningKey.load(privatePath)
    #expect(loaded.keyID == created.keyID)
    let environment = Environment.manual(seed: 1).environment
    let token = try PrincipalSigner(key: loaded, environment: environment)
      .token(for: TokenFixture.principal, audience: "x")
    let verifier = PrincipalVerifier(
      keys: try await VerificationKeys.load(publicPath), audience: "x", environment: environment)
    #expect(try verifier.verify(token) == TokenFixture.principal)
  }

  @Test("A key signs content that its public half, and no other, believes")
  func signsContent() async throws {
    let key = try await SigningKey.create(.audit, directory: directory)
    let keys = try await VerificationKeys.load(
      "\(directory)/\(SigningKey.Purpose.audit.publicFileName)")
    let signature = try key.sign([1, 2, 3])
    #expect(keys.verify(signature, of: [1, 2, 3], keyID: key.keyID))
    #expect(!keys.verify(signature, of: [1, 2, 4], keyID: key.keyID))
    #expect(!keys.verify(signature, of: [1, 2, 3], keyID: "another"))
    #expect(!keys.verify([0], of: [1, 2, 3], keyID: key.keyID))
    let other = try await SigningKey.generate()
    #expect(!keys.verify(try other.sign([1, 2, 3]), of: [1, 2, 3], keyID: key.keyID))
  }

  @Test("A pair is never overwritten")
  func neverOverwritten() async throws {
    _ = try await SigningKey.create(.principals, directory: directory)
    let before = try Data(contentsOf: URL(fileURLWithPath: privatePath))
    await #expect(throws: SecretFile.Failure.self) {
      try await SigningKey.create(.principals, directory: self.directory)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: privatePath)) == before)
  }

  @Test(
    "A private key that others may read is refused, with the file and the rule",
    arguments: [0o640, 0o604, 0o660, 0o777])
  func permissions(mode: Int) async throws {
    _ = try await SigningKey.create(.principals, directory: directory)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: privatePath)
    let failure = await #expect(throws: SecretFile.Failure.self) {
      try await SigningKey.load(self.privatePath)
    }
    #expect(failure?.path == privatePath)
    #expect(failure?.problem.contains("0600") == true)
  }

  /// Contents of a public key file that must be refused, and a word of the reason.
  static let badSets: [(String, String)] = [
    ("", "JWK set"), ("{}", "JWK set"), (#"{"keys":[]}"#, "1 to"), ("[1]", "JWK set"),
    (#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA","kid":"a"}]}"#, "JWK set"),
    (#"{"keys":[{"kty":"oct","k":"AAAA","kid":"a"}]}"#, "JWK set"),
    (#"{"keys":[{"kty":"RSA","n":"AAAA","e":"AQAB","kid":"a"}]}"#, "Ed25519"),
    (
      #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
      "kid"
    ),
    (
      #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","#
        + #""d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","kid":"a"}]}"#, "private"
    ),
    (
      #"{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"RS256","kid":"a","#
        + #""x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#, "Ed25519"
    ),
  ]

  @Test("A key set with anything but public Ed25519 keys is refused", arguments: badSets)
  func keySets(content: String, word: String) async throws {
    try Data(content.utf8).write(to: URL(fileURLWithPath: publicPath))
    let failure = await #expect(throws: SecretFile.Failure.self) {
      try await VerificationKeys.load(self.publicPath)
    }
    #expect(failure?.problem.contains(word) == true, "\(failure?.problem ?? "")")
  }

  @Test("Two keys of one kid are refused")
  func sameKid() async throws {
    let set = try await SigningKey.generate().publicKeySet()
    await #expect(throws: (any Error).self) {
      try await VerificationKeys(keySet: KeySets.joined([set, set]))
    }
  }

  @Test("A key's name is its thumbprint (RFC 8037, appendix A.3)")
  func thumbprint() async throws {
    // The RFC's own example key and its thumbprint.
    let key = try #require(Base64URL.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".utf8))
    #expect(
      SigningKey.thumbprint(ofPublicKey: key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
  }

  @Test("Missing files, directories and files that are no key are refused")
  func notAKey() async throws {
    for path in [directory + "/none", directory] {
      await #expect(throws: SecretFile.Failure.self) { try await SigningKey.load(path) }
    }
    try SecretFile.create(privatePath, Array("no key".utf8), isPrivate: true)
    await #expect(throws: SecretFile.Failure.self) {
      try await SigningKey.load(self.privatePath)
    }
  }
}
