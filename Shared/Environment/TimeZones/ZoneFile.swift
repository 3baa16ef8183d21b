#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a file of the IANA database says (TZif, RFC 9636): every change of an offset until the end
/// of 2100. Reading one takes some tens of microseconds.
struct ZoneFile {
  /// When the offset changes, in seconds since 1970-01-01 UTC, in order.
  private(set) var changes: [Int64] = []
  /// The offset before the first change, then that from each change on, in seconds.
  private(set) var offsets: [Int32]

  /// Most bytes of a file; the longest one has 4 KB.
  static let maximumBytes = 65_536
  /// What each of them begins with.
  static let magic = Array("TZif".utf8)
  /// The last year whose changes are kept.
  static let lastYear = 2_100
  /// The years 1 to 9999, in seconds since 1970-01-01 UTC. Some files begin with the big bang, which is
  /// no ``Values/Instant``.
  private static let times: Range<Int64> = -62_135_596_800..<253_402_300_800
  /// The widest offset that such a file may have, in seconds (RFC 9636 §3.2).
  private static let offsetRange: ClosedRange<Int32> = -89_999...93_599

  /// The bytes of a time zone's file; `nil` when there is none at that path.
  static func bytes(of path: String) -> [UInt8]? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: maximumBytes)
    let count = fread(&bytes, 1, maximumBytes, file)
    // A folder has a path, too; it can't be read.
    guard count >= magic.count, bytes.starts(with: magic) else { return nil }
    return Array(bytes.prefix(count))
  }

  /// Reads one; `nil` for what is none, or is damaged.
  init?(_ bytes: [UInt8]) {
    var reader = ZoneFileReader(bytes)
    // The first block has 32 bits for a time and is there for programs of another century.
    guard let old = reader.header(), old.version >= 2, reader.skip(old.blockBytes(timeBytes: 4)),
      let header = reader.header(), header.leapCount == 0, header.typeCount > 0,
      let times = reader.times(header.timeCount), let types = reader.bytes(header.timeCount),
      let table = reader.offsets(header.typeCount), table.allSatisfy(Self.offsetRange.contains),
      reader.skip(header.bytesAfterTypes), let footer = reader.footer(),
      zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }),
      times.last.map({ $0 < Self.times.upperBound }) ?? true,
      types.allSatisfy({ $0 < table.count })
    else { return nil }
    offsets = [table[0]]
    for (time, type) in zip(times, types) { append(table[Int(type)], at: time) }
    // An empty one: nothing is known of what comes after the last change.
    guard !footer.isEmpty else { return }
    guard let rule = ZoneRule(footer), rule.offsets.allSatisfy(Self.offsetRange.contains) else {
      return nil
    }
    for change in rule.changes(after: times.last ?? Self.times.lowerBound, until: Self.lastYear) {
      append(change.offset, at: change.at)
    }
  }

  /// What changes nothing but a name is left out.
  private mutating func append(_ offset: Int32, at time: Int64) {
    guard offset != offsets[offsets.count - 1] else { return }
    if time < Self.times.lowerBound {
      offsets = [offset]
    } else {
      changes.append(time)
      offsets.append(offset)
    }
  }
}
