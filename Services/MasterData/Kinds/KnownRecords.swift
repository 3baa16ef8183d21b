import Contracts
import RecordStore
import Synchronization
import Values

/// Records that count as stored for those that follow, while nothing is written: one for all parts of a
/// snapshot, which would otherwise be copied with each.
final class AssumedRecords: Sendable {
  private struct State {
    var records: [RecordKey: StoredRecord] = [:]
    /// Whose a name is, by kind, site and name.
    var owners: [RecordKey: Set<String>] = [:]
    var names: [RecordKey: String] = [:]
  }

  private let state = Mutex(State())

  /// A record that was assumed.
  func find(_ key: RecordKey) -> StoredRecord? { state.withLock { $0.records[key] } }

  /// From now on it counts as stored.
  /// - Parameter name: what only one may have; empty for nothing.
  func put(_ record: StoredRecord, name: String) {
    state.withLock { state in
      let key = record.key
      state.records[key] = record
      if let before = state.names.removeValue(forKey: key) {
        state.owners[Self.place(key, before)]?.remove(key.code)
      }
      if name.isEmpty { return }
      state.names[key] = name
      state.owners[Self.place(key, name), default: []].insert(key.code)
    }
  }

  /// Which of the assumed records have a name.
  func owners(of name: String, like key: RecordKey) -> Set<String> {
    state.withLock { $0.owners[Self.place(key, name)] ?? [] }
  }

  private static func place(_ key: RecordKey, _ name: String) -> RecordKey {
    RecordKey(key.kind, site: key.site, name)
  }
}

/// The records that others are judged by: those of the database, and, when nothing is to be written,
/// what the caller has said in the same breath.
struct KnownRecords {
  let snapshot: Snapshot
  let site: SiteCode
  /// What is only tried: nil when records are written, and found where they are.
  let assumed: AssumedRecords?

  init(_ snapshot: Snapshot, at site: SiteCode, assuming assumed: AssumedRecords? = nil) {
    self.snapshot = snapshot
    self.site = site
    self.assumed = assumed
  }

  /// The record that a call of the site means by a code.
  func key(_ kind: RecordKind, _ code: String) -> RecordKey { RecordKey(kind, code, at: site) }

  /// A record as it is stored.
  func stored(_ key: RecordKey) throws -> StoredRecord? {
    try assumed?.find(key) ?? MasterRecords.find(key, snapshot)
  }

  /// Where a record is in its life, `nil` when there is none.
  func lifeCycle(of key: RecordKey) throws -> LifeCycle? {
    try assumed?.find(key)?.lifeCycle ?? MasterRecords.lifeCycle(of: key, snapshot)
  }

  /// A record in the types that rules work with, `nil` when there is none.
  func find<Entry: MasterRecord>(_ type: Entry.Type, _ code: String) throws
    -> (head: RecordHead, definition: Entry.Definition)?
  {
    try stored(key(Entry.recordKind, code)).map(Entry.checked)
  }

  /// Which other records of the kind have a name.
  func others(named name: String, than key: RecordKey) throws -> [String] {
    let stored = try RecordLinks.others(named: name, than: key, snapshot)
    guard let assumed else { return stored }
    let unchanged = stored.filter {
      assumed.find(RecordKey(key.kind, site: key.site, $0)) == nil
    }
    return unchanged + assumed.owners(of: name, like: key).subtracting([key.code]).sorted()
  }

  /// Judges that a unit can be converted into another one; what is not there is judged elsewhere.
  func convertible(_ unit: String, into other: String, field: String) throws {
    guard unit != other, let from = try find(Masterdata.V1.Unit.self, unit),
      let into = try find(Masterdata.V1.Unit.self, other),
      from.definition.category != into.definition.category
    else { return }
    throw ContentRejection.unitCategory(field: field, unit: unit, into: other)
  }
}
