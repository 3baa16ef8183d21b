/// A site's code: the first field of every partner's request, and the first part of every key.
public struct SiteCode: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The text.
  public let text: String
  /// What a site code looks like (`millrace.production.v1.ReleaseOrderRequest.site`).
  public static let rule = TextRule(maximumLength: 32, characters: .code)
  /// A site code of text that follows ``rule``; the caller has checked it.
  public init(_ text: String) { self.text = text }
  /// Whether the left one comes first.
  public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
  /// For people and logs.
  public var description: String { text }
}

/// An order's key: its site and its name at release. It never changes, whatever the ERP calls it
/// later.
public struct OrderKey: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The site.
  public let site: SiteCode
  /// The name at release.
  public let name: String
  /// What an order name looks like (`millrace.production.v1.ReleaseOrderRequest.order_name`).
  public static let nameRule = TextRule(maximumLength: 64, characters: .visibleASCII)

  /// The key of an order.
  public init(site: SiteCode, name: String) {
    self.site = site
    self.name = name
  }

  /// Whether the left one comes first.
  public static func < (left: Self, right: Self) -> Bool {
    (left.site.text, left.name) < (right.site.text, right.name)
  }
  /// For people: `PLANT1 WH/MO/00012`.
  public var description: String { "\(site) \(name)" }
}

/// The identity of a reported fact, unique for ever (`millrace.common.v1.FactHeader`).
public struct FactIdentity: Sendable, Hashable {
  /// The site it was reported for.
  public let site: SiteCode
  /// The system that recorded it.
  public let sourceSystem: String
  /// Its identity there.
  public let sourceEventID: String
  /// What a source system looks like.
  public static let sourceSystemRule = TextRule(maximumLength: 64, characters: .code)
  /// What a source event identity looks like.
  public static let sourceEventIDRule = TextRule(maximumLength: 64, characters: .visibleASCII)

  /// The identity of a fact.
  public init(site: SiteCode, sourceSystem: String, sourceEventID: String) {
    self.site = site
    self.sourceSystem = sourceSystem
    self.sourceEventID = sourceEventID
  }
}
