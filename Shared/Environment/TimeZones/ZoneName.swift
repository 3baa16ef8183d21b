/// Which names are taken for those of time zones. A name becomes a path, and so no other text may.
enum ZoneName {
  /// Most characters. The longest name of the database has 32.
  static let maximumLength = 64

  /// What are folders of the operating system and no areas of the world: the same zones once more,
  /// those with leap seconds, and fixed offsets whose sign is the other way round of what people
  /// mean: Etc/GMT+2 is west of Greenwich.
  private static let noAreas: Set<Substring> = ["posix", "right", "Etc"]
  private static let universal: Set<String> = ["UTC", "Etc/UTC"]

  /// Whether a text is an area and a place, as in `America/Argentina/Buenos_Aires`, or UTC. An
  /// abbreviation or an offset (CET, EST5EDT, GMT+2) is none: it says nothing of what the clocks of a
  /// place did in another year, and CET is not told from a file of that name.
  static func isPlace(_ name: String) -> Bool {
    if universal.contains(name) { return true }
    guard name.utf8.count <= maximumLength else { return false }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count >= 2 && !noAreas.contains(parts[0]) && parts.allSatisfy(isPart)
  }

  private static func isPart(_ part: Substring) -> Bool {
    guard let first = part.unicodeScalars.first, isLetter(first) else { return false }
    return part.unicodeScalars.allSatisfy {
      isLetter($0) || ("0"..."9").contains($0) || $0 == "_" || $0 == "-" || $0 == "+"
    }
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    ("A"..."Z").contains(scalar) || ("a"..."z").contains(scalar)
  }
}
