public import Values

/// Something that Millrace will not decide by itself.
public struct OdooCase: Sendable, Hashable {
  /// The case's identifier; identifiers sort by the time of opening.
  public var id: Identifier
  /// The site.
  public var site: SiteCode
  /// The order's name at release; Odoo's name of an order that could not be released; empty for the
  /// whole site.
  public var orderName: String
  /// Why.
  public var reason: CaseReason
  /// The same in a sentence, with the figures.
  public var explanation: String
  /// Odoo's own words and error class; empty when Odoo said nothing.
  public var odooAnswer: String
  /// When it was opened.
  public var openedAt: Instant
  /// When its cause was gone; `nil` while it is open.
  public var closedAt: Instant?
}
