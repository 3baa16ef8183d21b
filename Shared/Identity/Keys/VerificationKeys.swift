import FoundationEssentials
import JWTKit

/// Public keys that something is believed by, principals by a service or the heads of an audit log
/// by an auditor: a JWK set (RFC 7517) of Ed25519 keys, each
/// with its `kid`.
public struct VerificationKeys: Sendable {
  /// Most keys: enough for years of rotation in one file.
  public static let maximumCount = 100

  private let algorithms: [String: any JWTAlgorithm]

  /// Reads a key set.
  /// - Throws: ``SecretFile/Failure`` when it cannot be read, is no key set, or holds anything but
  ///   Ed25519 public keys with different identifiers.
  public static func load(_ path: String) async throws -> VerificationKeys {
    let bytes = try SecretFile.read(path, isPrivate: false)
    do {
      return try await VerificationKeys(keySet: bytes)
    } catch let problem as Problem {
      throw SecretFile.Failure(path: path, problem: problem.text)
    } catch {
      throw SecretFile.Failure(path: path, problem: "is not a JWK set")
    }
  }

  /// The keys of a JWK set in JSON.
  public init(keySet bytes: [UInt8]) async throws {
    let keys = try JSONDecoder().decode(JWKS.self, from: Data(bytes)).keys
    guard (1...Self.maximumCount).contains(keys.count) else {
      throw Problem(text: "must hold 1 to \(Self.maximumCount) keys")
    }
    let collection = JWTKeyCollection()
    var algorithms: [String: any JWTAlgorithm] = [:]
    for key in keys {
      let (identifier, publicKey) = try Self.checked(key)
      guard algorithms[identifier.string] == nil else {
        throw Problem(text: "holds two keys with the kid \(identifier.string)")
      }
      await collection.add(eddsa: publicKey, kid: identifier)
      algorithms[identifier.string] = try await collection.getKey(
        for: identifier, alg: PrincipalToken.algorithm)
    }
    self.algorithms = algorithms
  }

  private struct Problem: Error { var text: String }

  private static func checked(_ key: JWK) throws -> (JWKIdentifier, EdDSA.PublicKey) {
    guard let identifier = key.keyIdentifier, !identifier.string.isEmpty else {
      throw Problem(text: "holds a key without kid")
    }
    guard key.privateExponent == nil else {
      throw Problem(
        text: "holds a private key (\(identifier.string)); publish the public half only")
    }
    guard key.keyType == .octetKeyPair, key.curve == .eddsa(.ed25519), let x = key.x,
      key.algorithm == nil || key.algorithm == .eddsa
    else { throw Problem(text: "holds a key that is not Ed25519 (\(identifier.string))") }
    return (identifier, try EdDSA.PublicKey(x: x, curve: .ed25519))
  }

  /// Whether a key of these has signed the content.
  public func verify(_ signature: [UInt8], of content: [UInt8], keyID: String) -> Bool {
    guard let algorithm = algorithm(keyID: keyID) else { return false }
    // What can't be a signature at all is none of this content.
    return (try? algorithm.verify(signature, signs: content)) ?? false
  }

  /// The algorithm of a key; there is no default key.
  func algorithm(keyID: String) -> (any JWTAlgorithm)? { algorithms[keyID] }
}
