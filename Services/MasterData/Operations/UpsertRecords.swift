import Contracts
import Identity
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

  struct Input: Sendable {
    var site: SiteCode
    var drafts: [RecordDraft<Entry>]
    var isTrial: Bool
  }

  func site(of request: Request) -> String? { request.site }

  /// What breaks a rule of one record rejects that record; what breaks a rule of the batch is refused.
  func validate(_ request: Request, _ fields: inout Fields) -> Input {
    Input(
      site: fields.site(request.site),
      drafts: fields.drafts(request.entries, Request.entriesField), isTrial: request.validateOnly)
  }

  func execute(_ input: Input, _ transaction: Transaction, _ call: Call) throws -> Effect<Response>
  {
    var writer = try RecordWriter(
      site: input.site, writer: call.principal.subject, isTrial: input.isTrial, transaction)
    var response = Response()
    for draft in input.drafts {
      response.outcomes.append(.init(draft.head.code, try writer.put(draft, transaction)))
    }
    return Effect(response, audit: writer.changes.note)
  }
}

/// The bounds of a batch.
enum Batch {
  /// Most records, or codes, of one request: some 100 KB, and a few milliseconds of the writer's time.
  static let maximumRecords = 500
}

extension Fields {
  /// The records of a batch, each once.
  mutating func drafts<Entry: MasterRecord>(_ entries: [Entry], _ field: String)
    -> [RecordDraft<Entry>]
  {
    if entries.isEmpty { reject(field, "is required") }
    let now = now
    let drafts = each(Array(entries.enumerated()), field, atMost: Batch.maximumRecords) {
      _, entry in
      RecordDraft(entry.element, "\(field)[\(entry.offset)]", now: now)
    }
    unique(drafts, field, "head.code") { $0.head.code }
    return drafts
  }
}

extension Masterdata.V1.UpsertOutcome {
  init(_ code: String, _ outcome: RecordOutcome) {
    self.init()
    self.code = code
    let record: StoredRecord?
    switch outcome {
    case .created(let stored), .changed(let stored): (receipt, record) = (.accepted, stored)
    case .unchanged(let stored): (receipt, record) = (.duplicate, stored)
    case .rejected(let refusal, let stored):
      (receipt, record) = (.rejected, stored)
      rejection = .init(refusal)
    }
    revision = record?.revision ?? 0
    etag = record?.etag ?? ""
  }
}

extension Common.V1.Rejection {
  init(_ refusal: Refusal) {
    self.init()
    reason = refusal.reason
    message = refusal.message
    violations = refusal.violations.map { violation in
      .with {
        $0.field = violation.field
        $0.rule = violation.rule
      }
    }
  }
}
