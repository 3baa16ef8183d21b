/// Why a record is not taken.
enum RecordRejection: Error, Sendable, Hashable {
  case lifeCycleTransition(String, from: LifeCycle, to: LifeCycle)
  /// It has changed since its caller has seen it.
  case etagMismatch(String, etag: String)
  /// It has more bytes than an answer can carry for sure.
  case recordTooLarge(String, bytes: Int)
  /// What a record in use names is not there, or not in use.
  case referenceUnknown(RecordReference, LifeCycle?)
  /// A record in use names the one that is to be withdrawn, for a caller of a site.
  case recordInUse(String, by: RecordKey, at: String)
  /// A site's record has the code of the site of the request.
  case siteCode(String, site: String)
}

/// Why a record is not taken: what only its kind knows.
enum ContentRejection: Error, Sendable, Hashable {
  /// The category or the ratio of a unit that has been released.
  case unitChanged(String)
  /// A unit is of another category than the one it must be converted into.
  case unitCategory(field: String, unit: String, into: String)
  /// The unit of an item that has been released.
  case itemUnitChanged(String, unit: String)
  /// Another item has the barcode.
  case barcodeTaken(String, item: String)
  /// A location would be below itself.
  case cyclicLocation(String)
  /// A location would be below too many others.
  case locationTooDeep(String, maximum: Int)
  /// An item would be made of itself.
  case cyclicBill(String, item: String)
  /// Too many items are below it.
  case billTooLarge(String, maximum: Int)
  /// The routing has no such operation.
  case operationUnknown(field: String, operation: Int32, routing: String)
  /// A released bill's line names an operation that the routing would lose.
  case operationInUse(String, operation: Int32, bill: String)
  /// There is another reference of the supplier and the item.
  case supplierItemTaken(supplier: String, item: String, by: String)
}

/// Why a rule is not taken.
enum RuleRejection: Error, Sendable, Hashable {
  /// A rule that has been released says something else.
  case mappingRuleChanged(String)
  /// Another rule is for the same codes at the same time.
  case mappingOverlap(String, with: String)
  /// There is no such rule.
  case mappingRuleUnknown(String)
  /// Another rule is for the same at the same time.
  case ownershipOverlap(String, with: String)
  /// The same person has proposed it.
  case secondPerson(String)
  /// Nobody has proposed this.
  case proposalUnknown(String)
}
