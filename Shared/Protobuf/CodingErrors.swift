/// Why bytes are not an acceptable serialized message. Fields are named in full, for example
/// `millrace.production.v1.Order.item_code`.
public enum DecodingError: Error, Hashable, Sendable {
  /// More bytes than `DecodingLimits.maximumByteCount`.
  case tooLarge(byteCount: Int, limit: Int)
  /// A message or field ends before its length says.
  case truncated(message: String)
  /// A tag with field number 0 or beyond 2²⁹-1, or a wire type that does not exist.
  case invalidTag(message: String)
  /// A group: proto3 has none, and protobuf-c does not read them.
  case group(message: String)
  /// A variable-length integer of more than ten bytes.
  case invalidVarint(message: String)
  /// A known field in a wire type that its declaration does not allow.
  case wrongWireType(field: String)
  /// A singular message field that occurs twice.
  case duplicateField(field: String)
  /// Messages nested deeper than `DecodingLimits.maximumDepth`.
  case tooDeep(limit: Int)
  /// More elements than `DecodingLimits.maximumElementCount`.
  case tooManyElements(limit: Int)
  /// Unpacking needed more memory than `DecodingLimits.arenaByteCount`.
  case tooMuchMemory(limit: Int)
  /// A string field whose bytes are not UTF-8.
  case invalidUTF8(field: String)
  /// protobuf-c refused what the checks before it had let through, such as a packed field whose
  /// length does not fit its elements.
  case malformed(message: String)
}

extension DecodingError: CustomStringConvertible {
  /// One sentence for logs and for the message of a gRPC status.
  public var description: String {
    switch self {
    case .tooLarge(let byteCount, let limit):
      "the message has \(byteCount) bytes, \(limit) are allowed"
    case .truncated(let message): "\(message) is truncated"
    case .invalidTag(let message): "\(message) has an invalid tag"
    case .group(let message): "\(message) has a group, which proto3 does not know"
    case .invalidVarint(let message): "\(message) has an integer of more than ten bytes"
    case .wrongWireType(let field): "\(field) has the wrong wire type"
    case .duplicateField(let field): "\(field) occurs twice"
    case .tooDeep(let limit): "messages are nested deeper than \(limit) levels"
    case .tooManyElements(let limit): "the message has more than \(limit) elements"
    case .tooMuchMemory(let limit): "the message needs more than \(limit) bytes of memory"
    case .invalidUTF8(let field): "\(field) is not valid UTF-8"
    case .malformed(let message): "\(message) is malformed"
    }
  }
}

/// Why a message cannot be sent.
public enum EncodingError: Error, Hashable, Sendable {
  /// More than 2³¹-1 bytes, the largest message protobuf knows.
  case tooLarge(byteCount: Int)
  /// The buffer given to `encode(into:)` has fewer bytes than the message.
  case bufferTooSmall(byteCount: Int, available: Int)
}
