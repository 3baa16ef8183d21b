import RecordStore
import ServiceKit

/// What one batch has changed, for its one audit entry.
struct RecordChanges {
  private var keys: [RecordKey] = []
  private var before = CanonicalDigest()
  private var after = CanonicalDigest()

  /// Most codes that an entry names; it says how many there are.
  private static let maximumNamed = 10

  /// A record is another one now.
  mutating func add(_ key: RecordKey, before old: [UInt8]?, after new: [UInt8]) {
    keys.append(key)
    before.add(old)
    after.add(new)
  }

  /// What the audit entry says; `nil` when nothing has changed.
  var note: AuditNote? {
    guard let first = keys.first else { return nil }
    return AuditNote(
      object: keys.count == 1 ? "\(first.kind.noun) \(first.code)" : summary,
      digestBefore: before.bytes(), digestAfter: after.bytes())
  }

  /// `3 of unit: kg, g, t`.
  private var summary: String {
    let kinds = Set(keys.map(\.kind)).map(\.noun).sorted().joined(separator: ", ")
    let named = keys.prefix(Self.maximumNamed).map(\.code).joined(separator: ", ")
    return "\(keys.count) of \(kinds): \(named)\(keys.count > Self.maximumNamed ? ", …" : "")"
  }
}
