public import Values

/// Sixteen random bytes made with the database file, and made anew when a backup is restored.
/// Whoever holds a sequence of another incarnation knows from it that new events may carry old
/// numbers.
public struct Incarnation: Sendable, Hashable, CustomStringConvertible {
  /// The bytes.
  public let identifier: Identifier

  /// An incarnation of its bytes.
  public init(_ identifier: Identifier) { self.identifier = identifier }

  /// 32 hexadecimal digits.
  public var description: String { identifier.description }
}

/// Where a reader of a feed, a watch or a list is: a sequence, and the incarnation it belongs to.
///
/// ```swift
/// let token = FeedToken(incarnation: database.incarnation, sequence: event.sequence).text
/// let after = try FeedToken(token).sequence(in: database.incarnation)   // throws .feedRestored after a restore
/// ```
/// Callers treat the text as opaque.
public struct FeedToken: Sendable, Hashable {
  /// The database's incarnation when the token was made.
  public let incarnation: Incarnation
  /// The sequence of the last message that was processed, 0 for none.
  public let sequence: Int64

  /// The longest text of a token: 32 digits, a full stop, 19 digits.
  public static let maximumLength = 52

  /// A token of its parts.
  public init(incarnation: Incarnation, sequence: Int64) {
    self.incarnation = incarnation
    self.sequence = sequence
  }

  /// Reads the text of a token.
  /// - Throws: ``RecordStoreError/invalidToken``.
  public init(_ text: String) throws(RecordStoreError) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, text.utf8.count <= Self.maximumLength,
      let identifier = Identifier(hexadecimal: String(parts[0])),
      let sequence = Int64(parts[1]), sequence >= 0
    else { throw .invalidToken }
    self.init(incarnation: Incarnation(identifier), sequence: sequence)
    // One spelling only: no plus sign, no leading zeros, no capitals.
    guard self.text == text else { throw .invalidToken }
  }

  /// The text: the incarnation's digits, a full stop, the sequence.
  public var text: String { "\(incarnation).\(sequence)" }

  /// The sequence, when the token is of this incarnation.
  /// - Throws: ``RecordStoreError/feedRestored(current:)`` when it is of another.
  public func sequence(in current: Incarnation) throws(RecordStoreError) -> Int64 {
    guard incarnation == current else { throw .feedRestored(current: current) }
    return sequence
  }
}
