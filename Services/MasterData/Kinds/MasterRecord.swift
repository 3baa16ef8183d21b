import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// A record to be, with what it was.
struct Candidate<Definition: Sendable>: Sendable {
  let key: RecordKey
  let head: RecordHead
  let definition: Definition
  /// `nil` when it is new.
  let before: (head: RecordHead, definition: Definition)?
}

/// The message of one kind of records, with what is particular about the kind. What is the same for all
/// of them is in the operations: another kind is a message and its requests, a conformance to this, and
/// three lines in the table of routes.
protocol MasterRecord: Message {
  /// The content, every field checked.
  associatedtype Definition: Sendable

  static var recordKind: RecordKind { get }

  var head: Masterdata.V1.RecordHead? { get set }

  /// Checks every field of the content.
  func definition(_ fields: inout Fields) -> Definition

  /// The message of a checked record in its one form, so that what is the same looks the same.
  init(_ head: RecordHead, _ definition: Definition)

  /// The records that it names: they must be released when it is.
  static func references(of definition: Definition) -> [RecordReference]

  /// What no other record of the kind may have at the same time; empty for nothing.
  static func name(of definition: Definition) -> String

  /// Judges what is particular about the kind.
  /// - Parameter records: what else there is.
  /// - Throws: ``RecordRejection``.
  static func judge(_ candidate: Candidate<Definition>, _ records: KnownRecords) throws

  /// The groups of fields that a change is about, each of which may have an owner; `nil` among them when
  /// it is about the rest of the record.
  static func changedGroups(_ candidate: Candidate<Definition>) -> Set<String?>

  /// The record among those of all kinds.
  var asRecord: Masterdata.V1.Record { get }
}

extension MasterRecord {
  static func references(of definition: Definition) -> [RecordReference] { [] }
  static func name(of definition: Definition) -> String { "" }
  static func judge(_ candidate: Candidate<Definition>, _ records: KnownRecords) throws {}
  static func changedGroups(_ candidate: Candidate<Definition>) -> Set<String?> { [nil] }

  /// A stored record as callers see it.
  init(_ stored: StoredRecord) throws {
    try self.init(decoding: stored.content)
    head?.revision = stored.revision
    head?.etag = stored.etag
    head?.changedAt = .init(stored.changedAt)
    head?.site = stored.key.site
  }

  /// A stored record in the types that rules work with.
  static func checked(_ stored: StoredRecord) throws -> (head: RecordHead, definition: Definition) {
    let message = try Self(decoding: stored.content)
    var fields = Fields(now: stored.changedAt)
    let checked = (head: fields.recordHead(message.head), definition: message.definition(&fields))
    guard fields.violations.isEmpty else {
      throw StoredRecordError(text: "\(recordKind.noun) \(stored.key.code)")
    }
    return checked
  }
}

extension Fields {
  /// What every record has beside its content.
  mutating func recordHead(_ value: Masterdata.V1.RecordHead?) -> RecordHead {
    guard let value else {
      reject("head", "is required")
      return RecordHead(code: "", lifeCycle: .draft, period: .always)
    }
    return inside("head") { fields in
      RecordHead(
        code: fields.code(value.code, "code"),
        lifeCycle: fields.known(
          LifeCycle(value.lifeCycle), "life_cycle", "DRAFT, RELEASED or WITHDRAWN", else: .draft),
        period: fields.period(value.effectiveFrom, value.effectiveUntil))
    }
  }

  /// From when until when something holds.
  mutating func period(
    _ from: Google.ProtobufTypes.Timestamp?, _ until: Google.ProtobufTypes.Timestamp?
  ) -> EffectivePeriod {
    let period = EffectivePeriod(
      from: boundary(from, "effective_from"), until: boundary(until, "effective_until"))
    if period == nil { reject("effective_until", "must be later than effective_from") }
    return period ?? .always
  }

  /// A moment that divides two periods: what is finer than it is kept would make them meet or overlap.
  private mutating func boundary(_ value: Google.ProtobufTypes.Timestamp?, _ field: String)
    -> Instant?
  {
    if let value, value.nanos > 0, value.nanos < 1_000_000_000, value.nanos % 1_000 != 0 {
      reject(field, "must be a whole number of microseconds")
    }
    return optionalTime(value, field, Self.earliest...Self.latest)
  }

  /// The code of another record.
  mutating func code(_ value: String, _ field: String) -> String {
    code(value, field, RecordHead.codeRule)
  }

  /// The code of another record, or none.
  mutating func optionalCode(_ value: String, _ field: String) -> String {
    value.isEmpty ? value : code(value, field)
  }

  /// A kind of records.
  mutating func kind(_ value: Masterdata.V1.RecordKind, _ field: String) -> RecordKind {
    known(RecordKind(value), field, "one of the kinds of records", else: .item)
  }
}

extension Masterdata.V1.RecordHead {
  init(_ head: RecordHead) {
    self.init()
    code = head.code
    lifeCycle =
      switch head.lifeCycle {
      case .draft: .draft
      case .released: .released
      case .withdrawn: .withdrawn
      }
    effectiveFrom = head.period.from.map { .init($0) }
    effectiveUntil = head.period.until.map { .init($0) }
  }
}

extension LifeCycle {
  init?(_ value: Masterdata.V1.LifeCycle) {
    switch value {
    case .draft: self = .draft
    case .released: self = .released
    case .withdrawn: self = .withdrawn
    case .unspecified, .unrecognized: return nil
    }
  }
}
