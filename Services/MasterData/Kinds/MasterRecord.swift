import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// The message of one kind of records, with what is particular about the kind. What is the same for all
/// of them is in the operations: another kind is a message, a conformance to this, and three lines in
/// the table of routes.
protocol MasterRecord: Message {
  /// The content, every field checked.
  associatedtype Definition: Sendable

  static var kind: RecordKind { get }

  var head: Masterdata.V1.RecordHead? { get set }

  /// Checks every field of the content.
  func definition(_ fields: inout Fields) -> Definition

  /// The message of a checked record in its one form, so that what is the same looks the same.
  init(_ head: RecordHead, _ definition: Definition)

  /// Judges a record by what it was, and by the records that it names or that name it.
  /// - Throws: ``RecordRejection``.
  static func judge(
    _ definition: Definition, _ head: RecordHead,
    before: (head: RecordHead, definition: Definition)?,
    _ snapshot: Snapshot) throws

  /// Stores what the record names.
  static func link(_ definition: Definition, _ head: RecordHead, _ transaction: Transaction) throws

  /// The record among those of all kinds.
  var asRecord: Masterdata.V1.Record { get }
}

extension MasterRecord {
  /// A stored record as callers see it.
  init(_ stored: StoredRecord) throws {
    try self.init(decoding: stored.content)
    head?.revision = stored.revision
    head?.etag = stored.etag
    head?.changedAt = .init(stored.changedAt)
  }

  /// A stored record in the types that rules work with.
  static func checked(_ stored: StoredRecord) throws -> (head: RecordHead, definition: Definition) {
    let message = try Self(decoding: stored.content)
    var fields = Fields(now: stored.changedAt)
    let checked = (head: fields.recordHead(message.head), definition: message.definition(&fields))
    guard fields.violations.isEmpty else {
      throw StoredRecordError(text: "\(kind.rawValue) \(stored.code)")
    }
    return checked
  }

  /// A record of this kind with what it was, `nil` when there is none.
  static func find(_ code: String, _ snapshot: Snapshot) throws
    -> (head: RecordHead, definition: Definition)?
  {
    try MasterRecords.find(kind, code, snapshot).map(checked)
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
        code: fields.text(value.code, "code", RecordHead.codeRule),
        lifeCycle: fields.known(
          LifeCycle(value.lifeCycle), "life_cycle", "DRAFT, RELEASED or WITHDRAWN", else: .draft),
        period: fields.period(value))
    }
  }

  private mutating func period(_ value: Masterdata.V1.RecordHead) -> EffectivePeriod {
    let range = Self.earliest...Self.latest
    let period = EffectivePeriod(
      from: optionalTime(value.effectiveFrom, "effective_from", range),
      until: optionalTime(value.effectiveUntil, "effective_until", range))
    if period == nil { reject("effective_until", "must be later than effective_from") }
    return period ?? .always
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
