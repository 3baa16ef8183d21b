import Values

/// Which record: what never changes about it.
struct RecordKey: Sendable, Hashable {
  let kind: RecordKind
  /// The site it belongs to; empty for a kind that is of all sites.
  let site: String
  /// Unique within kind and site.
  let code: String

  /// The record that a call on behalf of a site means by a code.
  init(_ kind: RecordKind, _ code: String, at site: SiteCode) {
    self.init(kind, site: kind.isOfAllSites ? "" : site.text, code)
  }

  /// A key as it is stored.
  init(_ kind: RecordKind, site: String, _ code: String) {
    self.kind = kind
    self.site = site
    self.code = code
  }
}
