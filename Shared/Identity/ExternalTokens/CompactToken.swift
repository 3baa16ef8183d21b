import JSON

/// The parts of a compact JWS (RFC 7515 §3.1), read strictly and not yet believed.
struct CompactToken {
  let header: JSONValue
  let claims: JSONValue
  let signature: [UInt8]
  /// What the signature is over: the first two parts as they were sent.
  let signedContent: [UInt8]

  init(_ bytes: [UInt8]) throws(ExternalTokenError) {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .malformed }
    header = try Self.object(parts[0])
    claims = try Self.object(parts[1])
    guard let signature = Base64URL.decode(parts[2]) else { throw .malformed }
    self.signature = signature
    signedContent = Array(bytes[..<parts[1].endIndex])
  }

  private static func object(_ part: ArraySlice<UInt8>) throws(ExternalTokenError) -> JSONValue {
    guard let bytes = Base64URL.decode(part) else { throw .malformed }
    do {
      let value = try JSONValue(parsingUniqueMembers: bytes)
      guard case .object = value else { throw ExternalTokenError.malformed }
      return value
    } catch { throw .malformed }
  }
}
