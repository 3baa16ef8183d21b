import RecordStore
import ServiceKit

/// What one batch has changed, for its one audit entry.
struct RecordChanges {
  private let kind: RecordKind
  private var codes: [String] = []
  private var before = CanonicalDigest()
  private var after = CanonicalDigest()

  /// Most codes that an entry names; it says how many there are.
  private static let maximumNamed = 10

  init(kind: RecordKind) { self.kind = kind }

  /// A record is another one now.
  mutating func add(_ code: String, before old: [UInt8]?, after new: [UInt8]) {
    codes.append(code)
    before.add(old)
    after.add(new)
  }

  /// What the audit entry says; `nil` when nothing has changed.
  var note: AuditNote? {
    guard let first = codes.first else { return nil }
    let named = codes.prefix(Self.maximumNamed).joined(separator: ", ")
    let object =
      codes.count == 1
      ? "\(kind.rawValue) \(first)"
      : "\(codes.count) of kind \(kind.rawValue): \(named)\(codes.count > Self.maximumNamed ? ", …" : "")"
    return AuditNote(object: object, digestBefore: before.bytes(), digestAfter: after.bytes())
  }
}
