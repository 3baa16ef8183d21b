/// Why a record is not taken.
enum RecordRejection: Error, Sendable, Hashable {
  case lifeCycleTransition(String, from: LifeCycle, to: LifeCycle)
  /// It has changed since its caller has seen it.
  case etagMismatch(String, etag: String)
  /// The category or the ratio of a unit that has been released.
  case unitChanged(String)
  /// A released item uses the unit that is to be withdrawn.
  case unitInUse(String, item: String)
  /// There is no such unit for the item, or it is not in use.
  case unitUnknown(field: String, unit: String, LifeCycle?)
  /// The unit of purchase is of another category.
  case unitCategory(unit: String, purchaseUnit: String)
  /// The unit of an item that has been released.
  case itemUnitChanged(String, unit: String)
  /// Another item has the barcode.
  case barcodeTaken(String, item: String)
}
