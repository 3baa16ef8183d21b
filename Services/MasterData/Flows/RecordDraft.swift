import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// A record as a caller has said it, checked as far as that goes without other records.
struct RecordDraft<Entry: MasterRecord>: Sendable {
  var head: RecordHead
  var definition: Entry.Definition
  /// What the caller has seen; empty when that does not matter.
  var etag: String
  /// Where it stands in its request: `items[3]`.
  let field: String
  /// What breaks a rule of the record.
  var violations: [FieldViolation]

  /// Checks a record.
  /// - Parameter field: where it stands in its request: `items[3]`.
  init(_ entry: Entry, _ field: String, now: Instant) {
    var fields = Fields(now: now)
    let (head, definition) = fields.inside(field) { fields in
      (fields.recordHead(entry.head), entry.definition(&fields))
    }
    self.head = head
    self.definition = definition
    etag = entry.head?.etag ?? ""
    violations = fields.violations
    self.field = field
  }
}

/// What has become of one record that was to be written.
enum RecordOutcome: Sendable {
  /// It was not there.
  case created(StoredRecord)
  /// It was another one.
  case changed(StoredRecord)
  /// It was the same.
  case unchanged(StoredRecord)
  /// It is as before, `nil` when it is not there.
  case rejected(Refusal, StoredRecord?)
}
