import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `Upsert…`: records of one kind as they are to be, each judged for itself. Its own identity: said
/// again it changes nothing.
struct UpsertRecords<Request: UpsertRequest>: WriteOperation {
  typealias Response = Request.Response
  typealias Entry = Request.Entry

  static var method: Method<Request, Response> { Request.method }

  /// One record of a request.
  struct Draft: Sendable {
    var head: RecordHead
    var definition: Entry.Definition
    /// What the caller has seen; empty when that does not matter.
    var etag: String
    var violations: [FieldViolation]
  }

  struct Input: Sendable {
    var site: SiteCode
    var drafts: [Draft]
    var isTrial: Bool
  }

  func site(of request: Request) -> String? { request.site }

  /// What breaks a rule of one record rejects that record; what breaks a rule of the batch is refused.
  func validate(_ request: Request, _ fields: inout Fields) -> Input {
    let site = fields.site(request.site)
    if request.entries.isEmpty { fields.reject(Request.entriesField, "is required") }
    let now = fields.now
    let entries = Array(request.entries.enumerated())
    let drafts = fields.each(entries, Request.entriesField, atMost: Batch.maximumRecords) {
      _, entry in
      Self.draft(entry.element, "\(Request.entriesField)[\(entry.offset)]", now)
    }
    fields.unique(drafts, Request.entriesField, "head.code") { $0.head.code }
    return Input(site: site, drafts: drafts, isTrial: request.validateOnly)
  }

  private static func draft(_ entry: Entry, _ field: String, _ now: Instant) -> Draft {
    var fields = Fields(now: now)
    return fields.inside(field) { fields in
      let head = fields.recordHead(entry.head)
      let definition = entry.definition(&fields)
      return Draft(
        head: head, definition: definition, etag: entry.head?.etag ?? "",
        violations: fields.violations)
    }
  }

  func execute(_ input: Input, _ transaction: Transaction, _ call: Call) throws -> Effect<Response>
  {
    var (outcomes, changes) = ([Masterdata.V1.UpsertOutcome](), RecordChanges(kind: Entry.kind))
    for draft in input.drafts {
      outcomes.append(try outcome(of: draft, input, &changes, transaction))
    }
    return Effect(Request.response(outcomes), audit: changes.note)
  }

  private func outcome(
    of draft: Draft, _ input: Input, _ changes: inout RecordChanges, _ transaction: Transaction
  ) throws -> Masterdata.V1.UpsertOutcome {
    let stored = try MasterRecords.find(Entry.kind, draft.head.code, transaction)
    do {
      guard draft.violations.isEmpty else { throw Refusal.invalidFields(draft.violations) }
      try judge(draft, stored, transaction)
    } catch let error as RecordRejection {
      return .init(draft.head.code, stored, rejected: error.refusal)
    } catch let refusal as Refusal {
      return .init(draft.head.code, stored, rejected: refusal)
    }
    let message = Entry(draft.head, draft.definition)
    let content = try message.encoded()
    if content == stored?.content { return .init(draft.head.code, stored, .duplicate) }
    if input.isTrial { return .init(draft.head.code, stored, .accepted) }
    let record = try put(message, content, draft, stored, input.site, transaction)
    changes.add(draft.head.code, before: stored?.content, after: content)
    return .init(draft.head.code, record, .accepted)
  }

  private func judge(_ draft: Draft, _ stored: StoredRecord?, _ snapshot: Snapshot) throws {
    if !draft.etag.isEmpty, draft.etag != stored?.etag {
      throw RecordRejection.etagMismatch(draft.head.code, etag: stored?.etag ?? "")
    }
    let before = try stored.map(Entry.checked)
    try draft.head.judge(before: before?.head)
    try Entry.judge(draft.definition, draft.head, before: before, snapshot)
  }

  private func put(
    _ message: Entry, _ content: [UInt8], _ draft: Draft, _ stored: StoredRecord?,
    _ site: SiteCode, _ transaction: Transaction
  ) throws -> StoredRecord {
    let event = NewEvent(
      type: Masterdata.V1.Record.fullName, site: site, key: draft.head.code,
      payload: try message.asRecord.encoded())
    let record = StoredRecord(
      kind: Entry.kind, code: draft.head.code, revision: (stored?.revision ?? 0) + 1,
      changedAt: transaction.now, changeSequence: try transaction.outbox.append(event),
      content: content)
    try MasterRecords.put(record, draft.head.lifeCycle, transaction)
    try Entry.link(draft.definition, draft.head, transaction)
    return record
  }
}

/// The bounds of a batch.
enum Batch {
  /// Most records, or codes, of one request: some 100 KB, and a few milliseconds of the writer's time.
  static let maximumRecords = 500
}

extension Masterdata.V1.UpsertOutcome {
  fileprivate init(_ code: String, _ stored: StoredRecord?, _ receipt: Common.V1.Receipt) {
    self.init()
    self.code = code
    self.receipt = receipt
    revision = stored?.revision ?? 0
    etag = stored?.etag ?? ""
  }

  fileprivate init(_ code: String, _ stored: StoredRecord?, rejected refusal: Refusal) {
    self.init(code, stored, .rejected)
    rejection = .with {
      $0.reason = refusal.reason
      $0.message = refusal.message
      $0.violations = refusal.violations.map { violation in
        .with {
          $0.field = violation.field
          $0.rule = violation.rule
        }
      }
    }
  }
}
