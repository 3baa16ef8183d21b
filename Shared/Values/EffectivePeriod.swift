/// From when until when something holds; its end is not in it. Two periods that follow each other
/// share a moment, and no moment belongs to both.
public struct EffectivePeriod: Sendable, Hashable {
  /// The first moment; `nil` for always before.
  public let from: Instant?
  /// The first moment when it does not hold any more; `nil` for good.
  public let until: Instant?

  /// Always.
  public static let always = EffectivePeriod(unchecked: nil, nil)

  private init(unchecked from: Instant?, _ until: Instant?) {
    self.from = from
    self.until = until
  }

  /// A period; `nil` when it would be empty.
  public init?(from: Instant?, until: Instant?) {
    if let from, let until, until <= from { return nil }
    self.init(unchecked: from, until)
  }

  /// Whether it holds at a moment.
  public func contains(_ moment: Instant) -> Bool {
    (from.map { $0 <= moment } ?? true) && (until.map { moment < $0 } ?? true)
  }

  /// Whether both hold at some moment.
  public func overlaps(_ other: EffectivePeriod) -> Bool {
    func begins(_ left: EffectivePeriod, before right: EffectivePeriod) -> Bool {
      guard let begin = left.from, let end = right.until else { return true }
      return begin < end
    }
    return begins(self, before: other) && begins(other, before: self)
  }
}
