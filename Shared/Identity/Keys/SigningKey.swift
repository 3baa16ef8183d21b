import Crypto
import FoundationEssentials
import JWTKit

/// The Gateway's private key for principals: Ed25519 in PEM (PKCS #8).
public struct SigningKey: Sendable {
  /// The key's name in tokens and key sets: its JWK thumbprint (RFC 7638), so that no two keys
  /// share one.
  public let keyID: String
  let algorithm: any JWTAlgorithm
  private let key: EdDSA.PrivateKey

  /// The file that ``create(directory:)`` writes the private key to.
  public static let fileName = "principal-signing-key.pem"
  /// The file that ``create(directory:)`` writes the public key to, as a JWK set (RFC 7517).
  public static let publicFileName = "principal-keys.json"

  private init(_ key: EdDSA.PrivateKey) async throws {
    self.key = key
    keyID = Self.thumbprint(ofPublicKey: key.publicKey.rawRepresentation)
    let identifier = JWKIdentifier(string: keyID)
    algorithm = try await JWTKeyCollection().add(eddsa: key, kid: identifier)
      .getKey(for: identifier, alg: PrincipalToken.algorithm)
  }

  /// A new key of the operating system's randomness.
  public static func generate() async throws -> SigningKey {
    try await SigningKey(EdDSA.PrivateKey(curve: .ed25519))
  }

  /// Reads a PEM file whose permissions are 0600 or stricter.
  /// - Throws: ``SecretFile/Failure``.
  public static func load(_ path: String) async throws -> SigningKey {
    let bytes = try SecretFile.read(path, isPrivate: true)
    do {
      return try await SigningKey(EdDSA.PrivateKey(pem: String(decoding: bytes, as: UTF8.self)))
    } catch {
      throw SecretFile.Failure(path: path, problem: "is not an Ed25519 private key in PEM")
    }
  }

  /// Makes a key and writes both files into a directory; refused when one of them is there.
  /// - Throws: ``SecretFile/Failure``.
  public static func create(directory: String) async throws -> SigningKey {
    let signingKey = try await generate()
    try SecretFile.create(
      "\(directory)/\(fileName)", Array((signingKey.key.pemRepresentation + "\n").utf8),
      isPrivate: true)
    try SecretFile.create(
      "\(directory)/\(publicFileName)", signingKey.publicKeySet(), isPrivate: false)
    return signingKey
  }

  /// The public half as a JWK set in JSON.
  public func publicKeySet() throws -> [UInt8] {
    let jwk = JWK.octetKeyPair(
      .eddsa, identifier: JWKIdentifier(string: keyID),
      x: Base64URL.encode(key.publicKey.rawRepresentation), y: nil, curve: .ed25519)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return Array(try encoder.encode(JWKS(keys: [jwk]))) + Array("\n".utf8)
  }

  /// RFC 7638 with RFC 8037: SHA-256 of the required members in this order, without spaces.
  static func thumbprint(ofPublicKey bytes: some Sequence<UInt8>) -> String {
    let x = Base64URL.encode(bytes)
    let members = #"{"crv":"Ed25519","kty":"OKP","x":"\#(x)"}"#
    return Base64URL.encode(SHA256.hash(data: Array(members.utf8)))
  }
}
