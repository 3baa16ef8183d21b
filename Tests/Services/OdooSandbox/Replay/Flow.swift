import JSON
import Testing

@testable import OdooSandbox

/// A recorded flow, and what was there before the recording began.
struct Flow: CustomTestStringConvertible, Sendable {
  /// An order that existed, or was made between two recorded calls.
  struct Order: Sendable {
    let id: Int
    let product: Int
    let quantity: Double
    var isConfirmed = true
    var unit: Int?
    /// The step before which it was made; by default the first that speaks of it.
    var before: Int?
    var values: [String: JSONValue] = [:]
    /// Its first moves, where the recording names only later ones.
    var moves: [Int] = []
    /// Its move lines, where requests name them before any answer does.
    var lines: [Int] = []
    /// Its backorders, where no recorded answer tells the chain.
    var backorders: [Int] = []
    /// Its work orders, where the recording does not tell.
    var workOrders: [Int] = []
  }

  /// A call between two recorded ones that the recording does not show, in recorded ids.
  struct HiddenCall: Sendable {
    let model: String
    let method: String
    let arguments: [JSONValue]
    var keywords: [String: JSONValue] = [:]
    /// Recorded ids of the records it makes.
    var makes: [Int] = []
  }

  struct Lot: Sendable {
    let id: Int
    let product: Int
    let name: String
    var quantity: Double = 0
    var reserved: Double = 0
    /// Since when the stock lies there; the oldest is taken first.
    var since = "2026-11-01 00:00:00"
  }

  /// A product of this flow alone, made from so much of another one per piece.
  struct OwnProduct: Sendable {
    let id: Int
    let code: String
    let name: String
    var component: Int?
    var componentQuantity: Double = 0
    var hasWorkOrder = false
    var isStorable = true
    /// The same component once more, as a line of its own.
    var secondQuantity: Double?
    /// A by-product, and how much of it per piece.
    var byproduct: (id: Int, quantity: Double)?
    /// A kit: so many of its parts stand for one piece.
    var isKit = false
    /// A further component.
    var second: (id: Int, quantity: Double)?
  }

  let name: String
  var version = OdooVersion.v18
  var clock = "2026-11-23 07:27:00"
  /// Whether the plant is there already; the recording of master data builds it.
  var hasPlant = true
  /// The clock before single steps, where dates must be exact.
  var clockBefore: [Int: String] = [:]
  var toleranceSeconds: Int64 = 120
  var orders: [Order] = []
  var lots: [Lot] = []
  var products: [OwnProduct] = []
  /// Stock of the components in WH/Stock before anything is reserved.
  var stock: [Int: Double] = [Plant.steel: 100_000, Plant.screw: 200_000]
  /// Calls before a step, and before the orders that the step needs are made.
  var hidden: [Int: [HiddenCall]] = [:]
  /// Calls before a step, after its orders were made.
  var hiddenAfterOrders: [Int: [HiddenCall]] = [:]

  var testDescription: String { "\(name) of \(version.rawValue)" }
}

/// Recorded ids of the plant every recording works in.
enum Plant {
  static let steel = 6
  static let screw = 7
  static let resin = 8
  static let valve = 9
  static let pump = 10
  static let sensor = 11
}

extension Flow.Order {
  static func valves(_ id: Int, _ quantity: Double, before: Int? = nil) -> Self {
    .init(id: id, product: Plant.valve, quantity: quantity, before: before)
  }
  static func pumps(_ id: Int, _ quantity: Double, before: Int? = nil) -> Self {
    .init(id: id, product: Plant.pump, quantity: quantity, before: before)
  }
}
