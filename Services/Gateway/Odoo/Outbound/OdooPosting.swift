public import Values

/// What one order's facts have come to in Odoo.
public struct OdooPosting: Sendable, Hashable {
  /// The site.
  public var site: SiteCode
  /// The order's name at release.
  public var orderName: String
  /// The state.
  public var state: PostingState
  /// The case's reason when rejected or unknown; else empty.
  public var reason: String
  /// The Odoo document when booked; else empty.
  public var document: String
  /// Increases with every change; 0 before the first.
  public var revision: Int64
  /// When it last changed.
  public var changedAt: Instant
  /// The newest report that Production has told of; 0 before the first.
  public var targetThrough: Int64
  /// The newest report that the state covers.
  public var coversThrough: Int64
  /// The newest report that is booked.
  public var bookedThrough: Int64
  /// The names of the order's documents in Odoo, the first one first.
  public var documents: [String]
}
