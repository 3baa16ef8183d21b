import JSON

/// The public keys of one external issuer: a JWK set (RFC 7517). Each key states its own `kid` and
/// `alg`, so that a token never chooses the algorithm it is checked with.
public struct ExternalKeySet: Sendable {
  /// Most keys of one issuer; providers publish two or three while they rotate.
  public static let maximumCount = 100

  private let keys: [String: ExternalKey]

  /// Reads and checks a key set.
  /// - Throws: ``ExternalKeySetError`` with the first key and rule that is broken.
  public init(parsing bytes: some Sequence<UInt8>) async throws(ExternalKeySetError) {
    let set: JSONValue
    do { set = try JSONValue(parsingUniqueMembers: bytes) } catch {
      throw ExternalKeySetError("", "is not JSON: \(error)")
    }
    guard let list = set["keys"]?.arrayValue, (1...Self.maximumCount).contains(list.count) else {
      throw ExternalKeySetError("keys", "must be a list of 1 to \(Self.maximumCount) keys")
    }
    var keys: [String: ExternalKey] = [:]
    for (index, value) in list.enumerated() {
      let path = "keys[\(index)]"
      guard let keyID = value["kid"]?.stringValue, !keyID.isEmpty else {
        throw ExternalKeySetError(path + ".kid", "must be text that is not empty")
      }
      guard keys[keyID] == nil else {
        throw ExternalKeySetError(path + ".kid", "is used by another key too")
      }
      keys[keyID] = try await ExternalKey(value, at: path)
    }
    self.keys = keys
  }

  /// The key of an identifier; there is no default key.
  func key(_ keyID: String) -> ExternalKey? { keys[keyID] }
}

/// Why a key set is not usable: where, and the rule that is broken.
public struct ExternalKeySetError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The place, for example `keys[1].alg`; empty for the file as a whole.
  public let path: String
  /// What is wrong, without any part of a key.
  public let rule: String
  /// The place and the rule, as one sentence.
  public var description: String { path.isEmpty ? rule : "\(path) \(rule)" }

  init(_ path: String, _ rule: String) {
    self.path = path
    self.rule = rule
  }
}
