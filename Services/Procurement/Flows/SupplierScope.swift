import Identity
import ServiceKit

/// Whose orders and notices a caller sees and changes.
enum SupplierScope {
  /// Refuses what only the buyer may do.
  static func requireBuyer(_ call: Call) throws(ProcurementError) {
    if call.principal.isBoundToCode { throw .buyerOnly }
  }

  /// Refuses a supplier that names another one.
  static func require(_ supplier: String, _ call: Call) throws(ProcurementError) {
    if !call.principal.mayAct(forPartnerCode: supplier) { throw .supplierNotGranted(supplier) }
  }

  /// Of which supplier a list or a watch is: a supplier sees its own.
  static func party(_ asked: String, _ call: Call) throws(ProcurementError) -> String {
    guard call.principal.isBoundToCode else { return asked }
    let own = call.principal.partnerCode
    if own.isEmpty || (!asked.isEmpty && asked != own) { throw .supplierNotGranted(asked) }
    return own
  }
}
