/// Where a record is in its life. The names are stored.
enum LifeCycle: String, Sendable, Hashable, CaseIterable {
  /// Being prepared.
  case draft
  /// In use.
  case released
  /// Not to be used for anything new.
  case withdrawn

  /// Whether a record may become this: what has been in use is never prepared again.
  func canBecome(_ next: LifeCycle) -> Bool { next != .draft || self == .draft }

  /// The name in the contract.
  var name: String { rawValue.uppercased() }
}
