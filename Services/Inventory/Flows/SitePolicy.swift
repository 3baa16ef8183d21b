import Values

/// What one site wants.
struct SitePolicy: Sendable, Hashable {
  var negativeStock = NegativeStock.refuse
  var unknownCodes = UnknownCodes.quarantine
  /// Where what is on hold may be put.
  var quarantineLocations: Set<String> = []
}
