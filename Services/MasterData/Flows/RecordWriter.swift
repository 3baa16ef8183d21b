import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// Judges records one by one and writes those that are good: the one way by which records change.
struct RecordWriter {
  /// On whose behalf.
  let site: SiteCode
  /// The partner that writes.
  let writer: String
  /// Whether nothing is written: what would become of it is said.
  let isTrial: Bool
  /// When.
  let now: Instant
  /// What was changed so far, for the audit.
  private(set) var changes = RecordChanges()
  private let ownership: OwnershipBySite
  private let records: KnownRecords

  /// A writer; what is only tried sees only a snapshot.
  init(
    site: SiteCode, writer: String, isTrial: Bool, _ snapshot: Snapshot,
    assuming assumed: AssumedRecords = AssumedRecords()
  ) throws {
    self.site = site
    self.writer = writer
    self.isTrial = isTrial
    now = snapshot.now
    ownership = try OwnershipBySite(snapshot)
    records = KnownRecords(snapshot, at: site, assuming: isTrial ? assumed : nil)
  }

  /// Judges a record and writes it, unless it is only tried.
  mutating func put<Entry: MasterRecord>(_ draft: RecordDraft<Entry>, _ snapshot: Snapshot) throws
    -> RecordOutcome
  {
    let key = RecordKey(Entry.recordKind, draft.head.code, at: site)
    let stored = try records.stored(key)
    guard draft.violations.isEmpty else {
      return .rejected(.invalidFields(draft.violations), stored)
    }
    do {
      if !draft.etag.isEmpty, draft.etag != stored?.etag {
        throw RecordRejection.etagMismatch(draft.head.code, etag: stored?.etag ?? "")
      }
      let message = Entry(draft.head, draft.definition)
      let content = try message.encoded()
      guard content.count <= AnswerSize.maximumRecordBytes else {
        throw RecordRejection.recordTooLarge(draft.head.code, bytes: content.count)
      }
      if let stored, stored.content == content { return .unchanged(stored) }
      let candidate = Candidate(
        key: key, head: draft.head, definition: draft.definition,
        before: try stored.map(Entry.checked))
      try judge(candidate, Entry.self)
      let record = try keep(candidate, message, content, stored, snapshot)
      return stored == nil ? .created(record) : .changed(record)
    } catch let refusal as Refusal {
      return .rejected(refusal.inside(draft.field), stored)
    } catch let error as any RefusalConvertible {
      return .rejected(error.refusal.inside(draft.field), stored)
    }
  }

  /// What is the same for all kinds; then what is particular about the kind.
  private func judge<Entry: MasterRecord>(
    _ candidate: Candidate<Entry.Definition>, _ type: Entry.Type
  ) throws {
    let head = candidate.head
    try head.judge(before: candidate.before?.head)
    try ownership.check(
      Entry.recordKind, groups: Entry.changedGroups(candidate),
      stage: candidate.before?.head.lifeCycle ?? .draft, site: site, writer: writer, at: now)
    if head.lifeCycle == .released {
      for reference in Entry.references(of: candidate.definition) {
        let found = try records.lifeCycle(of: records.key(reference.kind, reference.code))
        guard found == .released else { throw RecordRejection.referenceUnknown(reference, found) }
      }
    } else if candidate.before?.head.lifeCycle == .released,
      let user = try RecordLinks.user(of: candidate.key, records.snapshot),
      try records.lifeCycle(of: user) == .released
    {
      throw RecordRejection.recordInUse(head.code, by: user, at: site.text)
    }
    try Entry.judge(candidate, records)
  }

  private mutating func keep<Entry: MasterRecord>(
    _ candidate: Candidate<Entry.Definition>, _ message: Entry, _ content: [UInt8],
    _ stored: StoredRecord?, _ snapshot: Snapshot
  ) throws -> StoredRecord {
    let revision = stored?.revision ?? 0
    func record(_ revision: Int64, _ sequence: Int64) -> StoredRecord {
      StoredRecord(
        key: candidate.key, lifeCycle: candidate.head.lifeCycle, revision: revision,
        changedAt: now, changeSequence: sequence, content: content)
    }
    guard !isTrial, let transaction = snapshot as? Transaction else {
      let record = record(revision, 0)
      records.assumed?.put(record, name: Self.name(candidate, Entry.self))
      return record
    }
    let event = NewEvent(
      type: Masterdata.V1.Record.fullName, site: site, key: candidate.key.code,
      payload: try message.asRecord.encoded())
    let record = record(revision + 1, try transaction.outbox.append(event))
    try MasterRecords.put(record, transaction)
    try link(candidate, Entry.self, isNew: stored == nil, transaction)
    changes.add(candidate.key, before: stored?.content, after: content)
    return record
  }

  private func link<Entry: MasterRecord>(
    _ candidate: Candidate<Entry.Definition>, _ type: Entry.Type, isNew: Bool,
    _ transaction: Transaction
  ) throws {
    let references = Entry.references(of: candidate.definition).map {
      (role: $0.role, to: records.key($0.kind, $0.code))
    }
    try RecordLinks.put(candidate.key, names: references, isNew: isNew, transaction)
    try RecordLinks.put(
      candidate.key, name: Self.name(candidate, type), isNew: isNew, transaction)
  }

  /// What no other may have at the same time; what is withdrawn gives it away.
  private static func name<Entry: MasterRecord>(
    _ candidate: Candidate<Entry.Definition>, _ type: Entry.Type
  ) -> String {
    candidate.head.lifeCycle == .withdrawn ? "" : Entry.name(of: candidate.definition)
  }
}

extension RecordWriter {
  /// Withdraws a record that is there.
  mutating func withdraw(_ stored: StoredRecord, _ snapshot: Snapshot) throws -> RecordOutcome {
    func withdraw<Entry: MasterRecord>(_ type: Entry.Type) throws -> RecordOutcome {
      var entry = try Entry(decoding: stored.content)
      entry.head?.lifeCycle = .withdrawn
      return try put(RecordDraft(entry, "record", now: now), snapshot)
    }
    return try withdraw(stored.key.kind.message)
  }
}
