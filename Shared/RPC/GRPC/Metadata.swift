/// The metadata of a call: an ordered list of names and values; names are case-insensitive.
///
/// Values of names ending in `-bin` are bytes (base64 on the wire); all others are printable ASCII.
/// Kept as one flat run of bytes in wire form, so that taking metadata from a connection, passing
/// it on and sending it again costs no string and no allocation per entry.
///
/// gRPC's own headers (`content-type`, `te`, `grpc-…`) and HTTP/2's (`:path` …) are never in here.
public struct Metadata: Hashable, Sendable {
  /// Entry after entry: name length, value length (`UInt32` in this machine's order), name, value.
  private(set) var flat: [UInt8] = []

  private static let prefixCount = 2 * MemoryLayout<UInt32>.size

  /// Why an entry can't be sent.
  public enum InvalidEntry: Error, Hashable, Sendable {
    /// The name is empty, has a character outside `a-z 0-9 . _ -`, or belongs to HTTP/2 or gRPC.
    case name(String)
    /// The value of a text entry has a character outside printable ASCII (0x20–0x7E).
    case value(name: String)
  }

  /// No metadata.
  public init() {}

  /// The entries of another one, with room for more: entries that come one by one do not move those
  /// before.
  /// - Parameter byteCount: the room, names, values and eight bytes for each entry.
  public init(_ other: Metadata = Metadata(), roomFor byteCount: Int) {
    flat.reserveCapacity(other.flat.count + byteCount)
    flat.append(contentsOf: other.flat)
  }

  /// Takes a list of text entries in order.
  public init(_ entries: [(name: String, value: String)]) throws(InvalidEntry) {
    for entry in entries { try append(entry.name, entry.value) }
  }

  /// Whether there is no entry.
  public var isEmpty: Bool { flat.isEmpty }

  /// Adds a text entry at the end. A name ending in `-bin` takes its value in base64. Spaces around
  /// the value are dropped, as gRPC allows: HTTP/2 carries none.
  public mutating func append(_ name: String, _ value: String) throws(InvalidEntry) {
    let lowercased = try Self.checkedName(name)
    guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      throw .value(name: lowercased)
    }
    let trimmed = value.utf8.drop { $0 == UInt8(ascii: " ") }
    let length = trimmed.lastIndex { $0 != UInt8(ascii: " ") }.map { trimmed[...$0].count } ?? 0
    appendUnchecked(name: Array(lowercased.utf8), value: Array(trimmed.prefix(length)))
  }

  /// Adds a binary entry at the end. The name must end in `-bin`.
  public mutating func append(_ name: String, binary bytes: [UInt8]) throws(InvalidEntry) {
    let lowercased = try Self.checkedName(name)
    guard lowercased.hasSuffix("-bin") else { throw .name(lowercased) }
    appendUnchecked(name: Array(lowercased.utf8), value: Base64.encode(bytes))
  }

  /// Adds all entries of another metadata at the end.
  public mutating func append(contentsOf other: Metadata) { flat.append(contentsOf: other.flat) }

  /// Adds all entries of another metadata, if there is one, before the others.
  mutating func insert(contentsOf other: Metadata?) {
    guard let other, !other.isEmpty else { return }
    flat = other.flat + flat
  }

  /// Adds an entry whose value is a number.
  /// - Parameter name: lower case, as it is written in the program; not a name of gRPC's own.
  public mutating func append(_ name: StaticString, number: Int64) {
    var digits = number.magnitude
    // Nineteen digits and a sign.
    withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { buffer in
      var start = buffer.count
      repeat {
        start -= 1
        buffer[start] = UInt8(ascii: "0") + UInt8(digits % 10)
        digits /= 10
      } while digits > 0
      if number < 0 {
        start -= 1
        buffer[start] = UInt8(ascii: "-")
      }
      appendUnchecked(
        name: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount),
        value: UnsafeRawBufferPointer(rebasing: buffer[start...]))
    }
  }

  /// Adds an entry whose value is written in its place.
  /// - Parameters:
  ///   - name: lower case, as it is written in the program; not a name of gRPC's own.
  ///   - byteCount: how long the value is, at most ``maximumWrittenByteCount``.
  ///   - write: writes as many bytes, all of them printable ASCII.
  public mutating func append(
    _ name: StaticString, byteCount: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void
  ) {
    precondition(byteCount <= Self.maximumWrittenByteCount)
    withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 1) { buffer in
      write(buffer)
      appendUnchecked(
        name: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount),
        value: UnsafeRawBufferPointer(buffer))
    }
  }

  /// The longest value that is written in its place: it is on the stack meanwhile.
  public static let maximumWrittenByteCount = 256

  /// Adds the entries of another metadata that have one of these names, in their order. One whose
  /// value could not be sent again (it came with a control character) is left out.
  /// - Parameter names: lower case, as they are written in the program.
  public mutating func append(contentsOf other: Metadata, named names: [StaticString]) {
    other.forEachEntry { name, value in
      guard
        names.contains(where: {
          name.equals(UnsafeRawBufferPointer(start: $0.utf8Start, count: $0.utf8CodeUnitCount))
        }), value.allSatisfy({ (0x20...0x7E).contains($0) })
      else { return }
      appendUnchecked(name: name, value: value)
    }
  }

  /// Calls the body with the one value of a name, in its place. Answers false when there is none or
  /// more than one, which ``contains(_:)`` tells apart.
  ///
  /// Not generic over a result: other modules call it for every call, and would look its types up.
  /// - Parameter name: lower case, as it is written in the program.
  public func readOnlyValue(
    _ name: StaticString, _ body: (UnsafeRawBufferPointer) -> Void
  ) -> Bool {
    let wanted = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    var (count, found) = (0, UnsafeRawBufferPointer(start: nil, count: 0))
    return flat.withUnsafeBytes { _ in
      // The pointers stay valid: nothing moves the bytes meanwhile.
      forEachEntry { name, value in
        guard name.equals(wanted) else { return }
        (count, found) = (count + 1, value)
      }
      if count == 1 { body(found) }
      return count == 1
    }
  }

  /// Whether there is a value of a name.
  /// - Parameter name: lower case, as it is written in the program.
  public func contains(_ name: StaticString) -> Bool {
    let wanted = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    var isThere = false
    forEachEntry { name, _ in isThere = isThere || name.equals(wanted) }
    return isThere
  }

  /// Takes all entries of a name away.
  public mutating func remove(_ name: String) {
    let wanted = Array(name.lowercased().utf8)
    var rest = Metadata()
    forEachEntry { name, value in
      if !name.elementsEqual(wanted) { rest.appendUnchecked(name: name, value: value) }
    }
    self = rest
  }

  /// The first text value of a name, or nil.
  public subscript(name: String) -> String? {
    var found: String?
    withEntry(name) { found = String(decoding: $0, as: UTF8.self) }
    return found
  }

  /// All text values of a name, in order.
  public func values(_ name: String) -> [String] {
    entries.filter { $0.name == name.lowercased() }.map(\.value)
  }

  /// The first binary value of a name ending in `-bin`, or nil when there is none or its base64 is
  /// broken.
  public subscript(binary name: String) -> [UInt8]? {
    var found: [UInt8]?
    withEntry(name) { value in
      // A proxy may have joined several values with commas: the first one counts.
      found = Base64.decode(value.prefix { $0 != UInt8(ascii: ",") })
    }
    return found
  }

  /// All entries in order; values of `-bin` names in base64, as they are on the wire.
  public var entries: [(name: String, value: String)] {
    var list: [(name: String, value: String)] = []
    forEachEntry { name, value in
      list.append((String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
    }
    return list
  }

  /// Names which no caller may set: they belong to HTTP/2 or to gRPC itself.
  static func isReserved(_ name: UnsafeRawBufferPointer) -> Bool {
    if name.first == UInt8(ascii: ":") || name.starts(withText: "grpc-") { return true }
    return switch name.count {
    case 2: name.equals("te")
    case 4: name.equals("host")
    case 7: name.equals("upgrade")
    case 10: name.equals("connection") || name.equals("keep-alive")
    case 12: name.equals("content-type")
    case 14: name.equals("content-length")
    case 16: name.equals("proxy-connection")
    case 17: name.equals("transfer-encoding")
    default: false
    }
  }

  private static func checkedName(_ name: String) throws(InvalidEntry) -> String {
    let lowercased = name.lowercased()
    let valid = lowercased.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    let isTaken = Array(lowercased.utf8).withUnsafeBytes { Self.isReserved($0) }
    guard valid, !lowercased.isEmpty, !isTaken else { throw .name(lowercased) }
    return lowercased
  }
}

/// The wire side: raw bytes in and out.
extension Metadata {
  /// Adds an entry whose name and value are known to be valid (they came from HPACK, or were
  /// checked).
  mutating func appendUnchecked(name: some Collection<UInt8>, value: some Collection<UInt8>) {
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: name.count)) { flat.append(contentsOf: $0) }
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: value.count)) { flat.append(contentsOf: $0) }
    flat.append(contentsOf: name)
    flat.append(contentsOf: value)
  }

  /// Calls the body with each entry in order; the pointers are valid inside it only.
  func forEachEntry(
    _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void
  ) {
    flat.withUnsafeBytes { all in
      var offset = 0
      while offset < all.count {
        let nameCount = Int(all.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        let valueCount = Int(all.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
        let nameStart = offset + Self.prefixCount
        let valueStart = nameStart + nameCount
        offset = valueStart + valueCount
        body(
          UnsafeRawBufferPointer(rebasing: all[nameStart..<valueStart]),
          UnsafeRawBufferPointer(rebasing: all[valueStart..<offset]))
      }
    }
  }

  private func withEntry(_ name: String, _ body: (UnsafeRawBufferPointer) -> Void) {
    let wanted = name.lowercased()
    var isFound = false
    forEachEntry { name, value in
      guard !isFound, name.elementsEqual(wanted.utf8) else { return }
      isFound = true
      body(value)
    }
  }

  /// Forgets all entries but keeps the memory, for the next header block of a connection.
  mutating func removeAllKeepingCapacity() { flat.removeAll(keepingCapacity: true) }

  /// `==` by one comparison of memory.
  func hasSameBytes(as other: Metadata) -> Bool {
    flat.withUnsafeBytes { mine in other.flat.withUnsafeBytes { mine.equals($0) } }
  }
}
