/// Reads the parts of a time zone's file (RFC 9636 §3) one after the other; each is `nil` when the
/// bytes are not there, or are not such a part.
struct ZoneFileReader {
  /// What a block begins with: how much of everything is in it.
  struct Header {
    /// 0 for the first version of the format, else a digit of ASCII less "0".
    let version: Int
    let universalCount: Int
    let standardCount: Int
    let leapCount: Int
    let timeCount: Int
    let typeCount: Int
    let nameBytes: Int

    /// The block's bytes after its header, with so many for each time.
    func blockBytes(timeBytes: Int) -> Int {
      timeCount * (timeBytes + 1) + typeCount * ZoneFileReader.typeBytes + nameBytes
        + leapCount * (timeBytes + 4) + standardCount + universalCount
    }

    /// What comes after the offsets in a block without leap seconds: names, and how rules were meant.
    var bytesAfterTypes: Int { nameBytes + standardCount + universalCount }
  }

  /// An offset, whether it is of summer, and where its name is.
  static let typeBytes = 6
  private static let newline = UInt8(ascii: "\n")

  private var rest: ArraySlice<UInt8>

  /// A reader of a file's bytes.
  init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// So many bytes.
  mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// Steps over so many bytes; whether they were there.
  mutating func skip(_ count: Int) -> Bool { bytes(count) != nil }

  /// A block's header. No count is larger than a file may be, so that sums of them do not overflow.
  mutating func header() -> Header? {
    guard bytes(ZoneFile.magic.count).map({ $0.elementsEqual(ZoneFile.magic) }) ?? false,
      let version = bytes(1)?.first, skip(15)
    else { return nil }
    var counts: [Int] = []
    for _ in 0..<6 {
      guard let count = integer(4), (0...Int64(ZoneFile.maximumBytes)).contains(count) else {
        return nil
      }
      counts.append(Int(count))
    }
    return Header(
      version: version == 0 ? 0 : Int(version) - 48, universalCount: counts[0],
      standardCount: counts[1], leapCount: counts[2], timeCount: counts[3], typeCount: counts[4],
      nameBytes: counts[5])
  }

  /// Moments of 64 bits, in seconds since 1970-01-01 UTC.
  mutating func times(_ count: Int) -> [Int64]? {
    guard count * 8 <= rest.count else { return nil }
    return (0..<count).compactMap { _ in integer(8) }
  }

  /// Offsets, in seconds, without what else is said of them.
  mutating func offsets(_ count: Int) -> [Int32]? {
    guard count * Self.typeBytes <= rest.count else { return nil }
    return (0..<count).compactMap { _ in
      guard let offset = integer(4), skip(Self.typeBytes - 4) else { return nil }
      return Int32(truncatingIfNeeded: offset)
    }
  }

  /// The line at the end: the rule for all time after the last change.
  mutating func footer() -> ArraySlice<UInt8>? {
    guard rest.first == Self.newline, rest.count >= 2, rest.last == Self.newline else { return nil }
    return rest.dropFirst().dropLast()
  }

  /// Big-endian, with a sign.
  private mutating func integer(_ count: Int) -> Int64? {
    guard let bytes = bytes(count), let first = bytes.first else { return nil }
    let start: Int64 = first < 0x80 ? 0 : -1
    return bytes.reduce(start) { $0 << 8 | Int64($1) }
  }
}
