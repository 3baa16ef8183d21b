import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Synchronization
import Values

/// Whose codes, and codes of what.
struct CodeSpace: Sendable, Hashable {
  var site: SiteCode
  var system: String
  var kind: RecordKind
}

/// What has become of a code.
struct CodeResolution: Sendable, Hashable {
  /// What a rule says; `nil` when none is for it.
  var meaning: MappingRules.Meaning?
  /// Whether there is such a record in force.
  var isRecord: Bool

  /// Whether it is resolved.
  var isResolved: Bool { meaning != nil && isRecord }
}

/// All rules and the codes of all records in use, in memory: a code is resolved in a fraction of a
/// microsecond, where a look into the database takes several. It follows the records by their sequence,
/// at every question. A record takes some 30 bytes, a rule some 400.
final class CodeIndex: Sendable {
  private struct Place: Hashable {
    var kind: RecordKind
    var site: String
  }

  private struct State {
    var sequence: Int64 = 0
    var records: [Place: ReleasedCodes] = [:]
    var rules: [CodeSpace: MappingRules] = [:]
    /// The rules in use as they were taken in.
    var known: [RecordKey: MappingRules.Rule] = [:]
  }

  /// The codes of the records in use of one kind. Nearly all of them hold always: a period takes twice
  /// the memory of a code.
  private struct ReleasedCodes {
    private var always: Set<String> = []
    private var limited: [String: EffectivePeriod] = [:]

    /// - Parameter period: when it holds; `nil` for one that is not in use.
    mutating func set(_ code: String, _ period: EffectivePeriod?) {
      if period == .always { always.insert(code) } else { always.remove(code) }
      limited[code] = period == .always ? nil : period
    }

    func holds(_ code: String, at moment: Instant) -> Bool {
      always.contains(code) || (limited[code]?.contains(moment) ?? false)
    }
  }

  /// How many records are read at a time.
  private static let pageSize = 1_000

  private let state = Mutex(State())

  /// Takes over what there is, so that the first question is as fast as the others.
  func load(_ snapshot: Snapshot) throws {
    try state.withLock { try Self.refresh(&$0, snapshot) }
  }

  /// What codes of a system mean at a moment.
  /// - Parameter tried: rules that are not there, beside those that are.
  func resolve(
    _ codes: [String], _ space: CodeSpace, at moment: Instant,
    trying tried: [MappingRules.Rule] = [], _ snapshot: Snapshot
  ) throws -> [CodeResolution] {
    try state.withLock { state in
      try Self.refresh(&state, snapshot)
      var rules = state.rules[space] ?? MappingRules()
      for rule in tried { rules.add(rule) }
      let place = Place(kind: space.kind, site: space.kind.isOfAllSites ? "" : space.site.text)
      let records = state.records[place] ?? ReleasedCodes()
      return codes.map { code in
        let meaning = rules.meaning(of: code, at: moment)
        let isRecord = meaning.map { records.holds($0.code, at: moment) } ?? false
        return CodeResolution(meaning: meaning, isRecord: isRecord)
      }
    }
  }

  private static func refresh(_ state: inout State, _ snapshot: Snapshot) throws {
    while true {
      let changed = try MasterRecords.changed(
        after: state.sequence, limit: pageSize, snapshot)
      for record in changed { try take(record, into: &state) }
      guard let last = changed.last else { return }
      state.sequence = last.changeSequence
    }
  }

  private static func take(_ record: StoredRecord, into state: inout State) throws {
    let key = record.key
    switch key.kind {
    case .ownershipRule: return
    case .mappingRule: try takeRule(record, into: &state)
    default:
      let place = Place(kind: key.kind, site: key.site)
      let period =
        record.lifeCycle == .released ? try key.kind.message.period(of: record) : nil
      state.records[place, default: ReleasedCodes()].set(key.code, period)
    }
  }

  private static func takeRule(_ record: StoredRecord, into state: inout State) throws {
    func space(_ rule: MappingRules.Rule) -> CodeSpace {
      CodeSpace(
        site: SiteCode(record.key.site), system: rule.definition.system,
        kind: rule.definition.kind)
    }
    if let old = state.known.removeValue(forKey: record.key) {
      state.rules[space(old)]?.remove(old)
    }
    guard record.lifeCycle == .released else { return }
    let (head, definition) = try Masterdata.V1.MappingRule.checked(record)
    let rule = MappingRules.Rule(name: head.code, definition: definition, period: head.period)
    state.known[record.key] = rule
    state.rules[space(rule), default: MappingRules()].add(rule)
  }
}

extension MasterRecord {
  /// When a stored record holds: its head is all that the index needs.
  fileprivate static func period(of record: StoredRecord) throws -> EffectivePeriod {
    var fields = Fields(now: record.changedAt)
    return fields.recordHead(try Self(decoding: record.content).head).period
  }
}
