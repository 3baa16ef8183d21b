public import Values

/// A time zone of the world by its name in the IANA database: `Europe/Berlin`.
///
/// It is read once, from the files that the operating system keeps up to date: a government that
/// changes its mind needs no new build of Millrace, but a restart. Foundation's zones are those of
/// the day when the compiler was built, and it does not say exactly when an offset changes. Asking is
/// a search in a sorted list in memory and takes some 20 nanoseconds.
///
/// Exact from 1970 until the end of 2100 as far as the database knows; before 1970 it merges places
/// of which little is known, and after 2100 the last offset stays.
public struct IANATimeZone: TimeZoneOffsets, Hashable {
  /// The name, as it was given.
  public let name: String
  /// When the offset changes, in seconds since 1970-01-01 UTC, in order.
  private let changes: [Int64]
  /// The offset before the first change, then that from each change on, in seconds.
  private let offsets: [Int32]

  /// Where the operating system keeps them.
  public static let directory = "/usr/share/zoneinfo"

  /// Reads the zone of a name from the operating system's files.
  public init(_ name: String) throws(TimeZoneError) {
    try self.init(name, directory: Self.directory)
  }

  /// Reads the zone of a name from the files of a folder.
  init(_ name: String, directory: String) throws(TimeZoneError) {
    guard ZoneName.isPlace(name), let bytes = ZoneFile.bytes(of: "\(directory)/\(name)") else {
      throw .unknown(name)
    }
    guard let file = ZoneFile(bytes) else { throw .damaged(name) }
    self.name = name
    (changes, offsets) = (file.changes, file.offsets)
  }

  /// Local time minus UTC at a moment, in seconds.
  public func offsetSeconds(at moment: Instant) -> Int {
    Int(offsets[changesUntil(moment)])
  }

  /// The first moment after a given one at which the offset is another than just before.
  public func nextChange(after moment: Instant) -> Instant? {
    let next = changesUntil(moment)
    return next < changes.count ? Instant(seconds: changes[next]) : nil
  }

  /// How many changes have come at a moment, one that comes then with them.
  private func changesUntil(_ moment: Instant) -> Int {
    var (low, high) = (0, changes.count)
    while low < high {
      let middle = (low + high) / 2
      if Instant(seconds: changes[middle]) <= moment { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Why there is no such time zone.
public enum TimeZoneError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The operating system has none of this name, or it is no name of a place. An operating system
  /// without its time zones (Debian's package tzdata) knows none.
  case unknown(String)
  /// Its file is not what such a file is.
  case damaged(String)

  /// For people, without a full stop.
  public var description: String {
    switch self {
    case .unknown(let name):
      "\"\(name.prefix(ZoneName.maximumLength))\" is no time zone of \(IANATimeZone.directory); "
        + "one is \"Europe/Berlin\""
    case .damaged(let name): "the file of the time zone \(name) is damaged"
    }
  }
}
