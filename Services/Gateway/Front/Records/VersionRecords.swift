import RecordStore
import Values

/// How it stands with packages, as it is stored. One that is not stored is served.
enum VersionRecords {
  /// Every package that is not simply served.
  static func all(_ snapshot: Snapshot) throws -> [PackageVersion] {
    try snapshot.rows("SELECT package FROM front_versions ORDER BY package") { try $0.text(0) }
      .map { try find($0, snapshot) }
  }

  /// How it stands with a package.
  static func find(_ package: String, _ snapshot: Snapshot) throws -> PackageVersion {
    let found = try snapshot.row(
      "SELECT state, deprecated_since, sunset_at, successor FROM front_versions WHERE package = ?",
      package
    ) { row in
      PackageVersion(
        package: package,
        state: try state(
          try row.text(0), since: try row.optionalInstant(1), sunsetAt: try row.optionalInstant(2)),
        successor: try row.text(3))
    }
    guard var version = found else { return PackageVersion(package: package, state: .served) }
    let exceptions = try snapshot.rows(
      "SELECT partner, until FROM front_version_exceptions WHERE package = ?", package
    ) { (try $0.text(0), try $0.instant(1)) }
    version.exceptions = Dictionary(uniqueKeysWithValues: exceptions)
    return version
  }

  /// Stores how it stands with a package now.
  static func put(_ version: PackageVersion, _ transaction: Transaction) throws {
    try transaction.execute("DELETE FROM front_versions WHERE package = ?", version.package)
    let (state, since, sunsetAt): (String, Instant?, Instant?)
    switch version.state {
    case .served: return
    case .deprecated(let from, let to): (state, since, sunsetAt) = ("deprecated", from, to)
    case .retired(let from): (state, since, sunsetAt) = ("retired", from, nil)
    }
    try transaction.execute(
      "INSERT INTO front_versions VALUES (?, ?, ?, ?, ?)", version.package, state, since, sunsetAt,
      version.successor)
    for (partner, until) in version.exceptions {
      try transaction.execute(
        "INSERT INTO front_version_exceptions VALUES (?, ?, ?)", version.package, partner, until)
    }
  }

  private static func state(_ text: String, since: Instant?, sunsetAt: Instant?) throws
    -> PackageVersion.State
  {
    switch (text, since) {
    case ("deprecated", let since?): .deprecated(since: since, sunsetAt: sunsetAt)
    case ("retired", let since): .retired(since: since)
    default: throw StoredVersionError(state: text)
    }
  }
}

/// A row that no program of ours has written like this.
struct StoredVersionError: Error, CustomStringConvertible {
  let state: String
  var description: String { "a stored version's state \(state) cannot be read" }
}
