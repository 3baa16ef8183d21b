/// The series of Odoo that the sandbox answers as.
///
/// 18.0 is complete. As 17.0 the sandbox has the master data of that series; orders and stock
/// behave as in 18.0.
enum OdooVersion: String, CaseIterable, Sendable {
  case v17 = "17.0"
  case v18 = "18.0"

  /// The first number: 17 or 18.
  var series: Int64 { self == .v17 ? 17 : 18 }
}
