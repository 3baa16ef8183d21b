import Crypto

/// A SHA-256 over parts of which none can be mistaken for another: each part is written with its
/// kind and its length, so `("ab", "c")` and `("a", "bc")` differ, and so do an absent text and an
/// empty one.
///
/// ```swift
/// var content = CanonicalDigest()
/// content.add(report.orderName)
/// content.add(report.good.millionths)
/// let fingerprint = Fingerprint(content, scheme: 1)
/// ```
public struct CanonicalDigest {
  private var hash = SHA256()
  /// What has not gone into the hash yet: handing over each part by itself costs more than hashing
  /// it.
  private var waiting: [UInt8] = []

  /// Most of what is hashed at once fits.
  private static let waitingBytes = 512

  /// A digest of nothing yet.
  public init() { waiting.reserveCapacity(Self.waitingBytes) }

  /// Adds a text, as UTF-8.
  public mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(kind: 1, UnsafeRawBufferPointer($0)) }
  }

  /// Adds a whole number.
  public mutating func add(_ number: Int64) {
    withUnsafeBytes(of: number.bigEndian) { add(kind: 2, $0) }
  }

  /// Adds bytes.
  public mutating func add(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { add(kind: 3, $0) }
  }

  /// Adds a text that may be absent.
  public mutating func add(_ text: String?) {
    if let text { add(text) } else { addAbsent() }
  }

  /// Adds a whole number that may be absent.
  public mutating func add(_ number: Int64?) {
    if let number { add(number) } else { addAbsent() }
  }

  /// Adds bytes that may be absent.
  public mutating func add(_ bytes: [UInt8]?) {
    if let bytes { add(bytes) } else { addAbsent() }
  }

  /// Adds a mark where an optional part is absent.
  public mutating func addAbsent() { add(kind: 0, UnsafeRawBufferPointer(start: nil, count: 0)) }

  /// The 32 bytes of everything added so far.
  public func bytes() -> [UInt8] {
    var hash = hash
    hash.update(data: waiting)
    return Array(hash.finalize())
  }

  private mutating func add(kind: UInt8, _ part: UnsafeRawBufferPointer) {
    withUnsafeBytes(of: (UInt64(part.count) << 8 | UInt64(kind)).bigEndian) {
      waiting.append(contentsOf: $0)
    }
    waiting.append(contentsOf: part)
    if waiting.count < Self.waitingBytes { return }
    hash.update(data: waiting)
    waiting.removeAll(keepingCapacity: true)
  }
}
