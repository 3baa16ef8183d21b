import Crypto
import FoundationEssentials
import JSON
import JWTKit

/// One public key of an external issuer, with the one algorithm it is for.
enum ExternalKey: Sendable {
  case ed25519(Curve25519.Signing.PublicKey)
  case es256(P256.Signing.PublicKey)
  case rs256(any JWTAlgorithm)

  /// Bytes of the smallest RSA modulus: 2048 bits (RFC 7518 §3.3).
  static let minimumModulusByteCount = 256
  /// Bytes of the largest RSA modulus, 8192 bits: a larger one makes checking a forgery expensive.
  static let maximumModulusByteCount = 1_024

  /// Reads a JWK. What it does not need, for example `x5c`, is not looked at.
  init(_ jwk: JSONValue, at path: String) async throws(ExternalKeySetError) {
    guard jwk["d"] == nil, jwk["k"] == nil else {
      throw ExternalKeySetError(path, "holds a secret; publish the public half only")
    }
    guard jwk["use"] == nil || jwk["use"]?.stringValue == "sig" else {
      throw ExternalKeySetError(path + ".use", "must be sig")
    }
    switch (jwk["alg"]?.stringValue, jwk["kty"]?.stringValue, jwk["crv"]?.stringValue) {
    case ("EdDSA", "OKP", "Ed25519"): self = .ed25519(try Self.ed25519(jwk, path))
    case ("ES256", "EC", "P-256"): self = .es256(try Self.es256(jwk, path))
    case ("RS256", "RSA", nil): self = .rs256(try await Self.rs256(jwk, path))
    default:
      throw ExternalKeySetError(
        path + ".alg", "must be EdDSA, ES256 or RS256, with the key type and curve of it")
    }
  }

  /// The `alg` a token of this key must state.
  var algorithm: String {
    switch self {
    case .ed25519: "EdDSA"
    case .es256: "ES256"
    case .rs256: "RS256"
    }
  }

  /// Whether this key has signed the content.
  func verifies(_ signature: [UInt8], of content: [UInt8]) -> Bool {
    switch self {
    case .ed25519(let key):
      return key.isValidSignature(signature, for: content)
    case .es256(let key):
      // What can't be a signature at all is none of this content.
      guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else {
        return false
      }
      return key.isValidSignature(signature, for: Data(content))
    case .rs256(let algorithm):
      return (try? algorithm.verify(signature, signs: content)) ?? false
    }
  }
}

// MARK: - Reading the numbers of a key

extension ExternalKey {
  private static func ed25519(
    _ jwk: JSONValue, _ path: String
  ) throws(ExternalKeySetError) -> Curve25519.Signing.PublicKey {
    let x = try bytes(jwk, "x", path, 32...32)
    do { return try Curve25519.Signing.PublicKey(rawRepresentation: x) } catch {
      throw ExternalKeySetError(path + ".x", "is no Ed25519 public key")
    }
  }

  private static func es256(
    _ jwk: JSONValue, _ path: String
  ) throws(ExternalKeySetError) -> P256.Signing.PublicKey {
    let point = try bytes(jwk, "x", path, 32...32) + bytes(jwk, "y", path, 32...32)
    do { return try P256.Signing.PublicKey(rawRepresentation: point) } catch {
      throw ExternalKeySetError(path, "is no point of the curve P-256")
    }
  }

  private static func rs256(
    _ jwk: JSONValue, _ path: String
  ) async throws(ExternalKeySetError) -> any JWTAlgorithm {
    let modulus = try bytes(jwk, "n", path, minimumModulusByteCount...maximumModulusByteCount)
    // A leading zero would let a shorter modulus pass for one of 2048 bits.
    guard modulus[0] & 0x80 != 0 || modulus.count > minimumModulusByteCount, modulus[0] != 0 else {
      throw ExternalKeySetError(path + ".n", "must have at least 2048 bits and no leading zero")
    }
    let exponent = try bytes(jwk, "e", path, 1...4)
    do {
      let key = try Insecure.RSA.PublicKey(
        modulus: Base64URL.encode(modulus), exponent: Base64URL.encode(exponent))
      let collection = JWTKeyCollection()
      await collection.add(rsa: key, digestAlgorithm: .sha256, kid: "key")
      return try await collection.getKey(for: "key", alg: "RS256")
    } catch {
      throw ExternalKeySetError(path, "is no RSA public key")
    }
  }

  private static func bytes(
    _ jwk: JSONValue, _ name: String, _ path: String, _ count: ClosedRange<Int>
  ) throws(ExternalKeySetError) -> [UInt8] {
    guard let text = jwk[name]?.stringValue, let bytes = Base64URL.decode(Array(text.utf8)),
      count.contains(bytes.count)
    else {
      throw ExternalKeySetError(
        "\(path).\(name)",
        "must be base64url of \(count.lowerBound) to \(count.upperBound) bytes")
    }
    return bytes
  }
}
