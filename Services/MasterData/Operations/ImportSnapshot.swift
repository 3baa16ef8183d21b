import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Synchronization
import Values

/// `ImportSnapshot`: many records as one thing. Whether it withdraws too much is judged before anything is
/// written; then each record is judged for itself and written, 500 at a time, because a longer transaction
/// would keep every other writer waiting.
struct ImportSnapshot: CollectOperation {
  static let method = Masterdata.V1.MasterDataService.importSnapshot

  func site(of request: Masterdata.V1.ImportSnapshotRequest) -> String? {
    guard case .head(let head) = request.part else { return nil }
    return head.site
  }

  let places: ImportPlaces

  func begin() -> SnapshotParts { SnapshotParts() }

  func take(
    _ request: Masterdata.V1.ImportSnapshotRequest, into parts: inout SnapshotParts,
    _ fields: inout Fields
  ) throws {
    switch (request.part, parts.head) {
    case (.head(let head), nil):
      parts.head = fields.inside("head") { $0.snapshotHead(head) }
      parts.place = try places.take()
    case (.head, _): fields.reject("head", "must come once, first")
    case (.records, nil): fields.reject("head", "is required before the records")
    case (.records(let records), _):
      try fields.inside("records") { try parts.add(records.records, &$0) }
    case (nil, _): fields.reject("head", "is required, or records")
    }
  }

  func finish(_ parts: SnapshotParts, _ records: CallRecords, _ call: Call) async throws
    -> Masterdata.V1.ImportSnapshotResponse
  {
    guard let head = parts.head else {
      throw Refusal.invalidFields([FieldViolation("head", "is required")])
    }
    let missing = try await records.read { try MissingRecords.find(parts, head, $0) }
    var run = SnapshotRun(head: head, writer: call.principal.subject)
    for part in parts.encoded {
      run = try await run.step(records, byteCount: part.count) { run, writer, snapshot in
        try run.put(part, &writer, snapshot)
      }
    }
    for part in missing.batches {
      run = try await run.step(records, byteCount: part.count * 64) { run, writer, snapshot in
        try run.withdraw(part, &writer, snapshot)
      }
    }
    return run.report.response(kinds: parts.codes.keys)
  }
}

/// How many snapshots may be on their way at a time: each is held in memory until its last part has come.
final class ImportPlaces: Sendable {
  /// Two of the largest are some 150 MB. A plant sends one in a night.
  static let maximum = 2
  private let taken = Mutex(0)

  /// How many could still be taken.
  var free: Int { taken.withLock { Self.maximum - $0 } }

  /// A place, until nobody holds it any more.
  final class Place: Sendable {
    private let places: ImportPlaces
    fileprivate init(_ places: ImportPlaces) { self.places = places }
    deinit { places.taken.withLock { $0 -= 1 } }
  }

  /// Takes a place.
  /// - Throws: ``Refusal`` when there is none.
  func take() throws(Refusal) -> Place {
    let isFree = taken.withLock { taken in
      guard taken < Self.maximum else { return false }
      taken += 1
      return true
    }
    guard isFree else {
      throw Refusal(
        .resourceExhausted, reason: "TOO_MANY_SNAPSHOTS",
        "\(Self.maximum) snapshots are being taken already: send this one when they are done",
        retryDelayMilliseconds: 10_000)
    }
    return Place(self)
  }
}

/// What a snapshot is, checked.
struct SnapshotHead: Sendable {
  let site: SiteCode
  /// The kinds that it has all records of.
  let completeKinds: Set<RecordKind>
  /// Most records of a kind, of a hundred, that it may withdraw.
  let maximumWithdrawnPercent: Int
  let isTrial: Bool

  /// One record of ten: more is a file that was cut off.
  static let defaultWithdrawnPercent: Int32 = 10
}

/// A snapshot as it has arrived, in memory: as encoded bytes, which are a fifth of the values.
struct SnapshotParts: Sendable {
  var head: SnapshotHead?
  /// Given back when the snapshot is done with, or its caller has gone.
  var place: ImportPlaces.Place?
  /// The codes of each kind, of complete kinds those without records too.
  private(set) var codes: [RecordKind: Set<String>] = [:]
  /// `SnapshotRecords`, at most 500 records each.
  private(set) var encoded: [[UInt8]] = []
  private var recordCount = 0
  private var byteCount = 0

  /// Most records of one snapshot: two and a half times the largest plant that was measured.
  static let maximumRecords = 250_000
  /// Most bytes of one snapshot: with the codes it stays below 150 MB.
  static let maximumBytes = 64 << 20

  /// Takes records in.
  /// - Throws: ``Refusal`` when there are too many.
  mutating func add(_ records: [Masterdata.V1.Record], _ fields: inout Fields) throws {
    if records.isEmpty { fields.reject("records", "is required") }
    guard records.count <= Batch.maximumRecords else {
      fields.reject("records", "must have at most \(Batch.maximumRecords) entries")
      return
    }
    for (index, record) in records.enumerated() {
      guard let entry = record.entry else {
        fields.reject("records[\(index)]", "is required")
        continue
      }
      let kind = type(of: entry).recordKind
      if kind.isRule { fields.reject("records[\(index)]", "must not be a rule") }
      if !codes[kind, default: []].insert(entry.head?.code ?? "").inserted {
        fields.reject("records[\(index)].head.code", "must be unique in the snapshot")
      }
    }
    let bytes = try Masterdata.V1.SnapshotRecords.with { $0.records = records }.encoded()
    recordCount += records.count
    byteCount += bytes.count
    guard recordCount <= Self.maximumRecords, byteCount <= Self.maximumBytes else {
      throw Refusal(
        .resourceExhausted, reason: "SNAPSHOT_TOO_LARGE",
        "a snapshot has at most \(Self.maximumRecords) records and \(Self.maximumBytes >> 20) MiB: send several partial ones"
      )
    }
    encoded.append(bytes)
  }

  /// Whether a record of a kind is in the snapshot.
  func holds(_ kind: RecordKind, _ code: String) -> Bool { codes[kind]?.contains(code) ?? false }
}

extension Fields {
  fileprivate mutating func snapshotHead(_ head: Masterdata.V1.SnapshotHead) -> SnapshotHead {
    let kinds = each(head.completeKinds, "complete_kinds", atMost: RecordKind.allCases.count) {
      fields, value in
      let kind = fields.kind(value, "")
      if kind.isRule { fields.reject("", "must not be a kind of rules") }
      return kind
    }
    let percent =
      head.maximumWithdrawnPercent == 0
      ? SnapshotHead.defaultWithdrawnPercent : head.maximumWithdrawnPercent
    return SnapshotHead(
      site: site(head.site), completeKinds: Set(kinds),
      maximumWithdrawnPercent: Int(number(Int64(percent), "maximum_withdrawn_percent", 1...100)),
      isTrial: head.validateOnly)
  }
}
