@testable import OdooSandbox

/// What is left out of the replay, by name and with the reason. A step that answers as recorded
/// must not be here.
struct Exclusion {
  let flow: String
  var version = OdooVersion.v18
  let steps: [Int]
  let reason: String

  private static let noPurchasing = "the sandbox has no purchasing"
  private static let noValuation = "the sandbox keeps no values of stock (valuation layers)"
  private static let parallel = "sums up parallel calls; the sandbox deals with calls one at a time"

  static let all: [Exclusion] = [
    .init(flow: "01", steps: Array(30...33), reason: noPurchasing),
    .init(flow: "01", steps: [41], reason: "the sandbox has no countries"),
    .init(
      flow: "01", steps: [42, 44], reason: "the sandbox has a few currencies, not the world's 169"),
    .init(
      flow: "01", steps: [58, 59, 61],
      reason: "the sandbox has one fixed API key and no model for keys"),
    .init(flow: "02", version: .v17, steps: [60], reason: parallel),
    .init(flow: "02", steps: [61], reason: parallel),
    .init(
      flow: "04d", steps: [34],
      reason:
        "the dialog for many serial numbers names a form view by its id; the sandbox has no views"),
    .init(flow: "12", steps: [22, 23, 24], reason: "the sandbox has no transfers (stock.picking)"),
    .init(flow: "12", steps: [28], reason: noPurchasing),
    .init(
      flow: "12", steps: [32, 33, 34],
      reason: "server actions hold Python code; the sandbox runs none"),
    .init(flow: "14b", steps: [34], reason: noValuation),
    .init(flow: "14h", steps: [7], reason: noValuation),
    .init(flow: "14h", steps: Array(47...54), reason: parallel),
    .init(flow: "14i", steps: [42], reason: parallel),
    .init(flow: "14m", steps: [41], reason: noValuation),
    .init(flow: "14p", steps: [6], reason: noValuation),
    .init(flow: "14p", steps: [26, 30, 34, 39], reason: "the sandbox keeps no journal entries"),
  ]

  func belongs(to other: Flow) -> Bool { flow == other.name && version == other.version }
}
