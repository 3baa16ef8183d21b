public import Identity
public import RecordStore
import Values

/// A revocation as rows have it, the Gateway's and the services': kind, name, bound.
extension RevocationList.Entry {
  /// Reads the three columns that begin at an index.
  public init(_ row: Row, from index: Int = 0) throws {
    let (name, bound) = (try row.text(index + 1), try row.int64(index + 2))
    self =
      switch try row.text(index) {
      case "credential": .credential(name, endsAt: Instant(microseconds: bound))
      case "partner": .partner(name, minimumRevision: bound)
      // The tables' checks let no fourth kind in.
      default: .all(issuedBefore: Instant(microseconds: bound))
      }
  }

  /// Whether it is about credentials, partners or all.
  public var kind: String {
    switch self {
    case .credential: "credential"
    case .partner: "partner"
    case .all: "all"
    }
  }

  /// Whom it is about; empty for all.
  public var name: String {
    switch self {
    case .credential(let name, _), .partner(let name, _): name
    case .all: ""
    }
  }

  /// Its time in microseconds, or its revision.
  public var bound: Int64 {
    switch self {
    case .credential(_, let end): end.microseconds
    case .partner(_, let revision): revision
    case .all(let limit): limit.microseconds
    }
  }
}
