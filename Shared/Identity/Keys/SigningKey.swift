import Crypto
import FoundationEssentials
import JWTKit

/// A private key, the Gateway's for principals or a service's for its audit log: Ed25519 in PEM
/// (PKCS #8).
public struct SigningKey: Sendable {
  /// The key's name in tokens and key sets: its JWK thumbprint (RFC 7638), so that no two keys
  /// share one.
  public let keyID: String
  let algorithm: any JWTAlgorithm
  private let key: EdDSA.PrivateKey

  /// What a key is for, and so what its files are called.
  public enum Purpose: String, Sendable, CaseIterable {
    /// Tells services who is calling.
    case principals
    /// Signs the heads of audit logs.
    case audit

    /// The file of the private key.
    public var fileName: String {
      switch self {
      case .principals: "principal-signing-key.pem"
      case .audit: "audit-signing-key.pem"
      }
    }

    /// The file of the public key, as a JWK set (RFC 7517).
    public var publicFileName: String {
      switch self {
      case .principals: "principal-keys.json"
      case .audit: "audit-keys.json"
      }
    }
  }

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
  public static func create(_ purpose: Purpose, directory: String) async throws -> SigningKey {
    let signingKey = try await generate()
    try SecretFile.create(
      "\(directory)/\(purpose.fileName)",
      Array((signingKey.key.pemRepresentation + "\n").utf8), isPrivate: true)
    try SecretFile.create(
      "\(directory)/\(purpose.publicFileName)", signingKey.publicKeySet(), isPrivate: false)
    return signingKey
  }

  /// Signs bytes (Ed25519, RFC 8032).
  public func sign(_ content: [UInt8]) throws -> [UInt8] { try algorithm.sign(content) }

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
