import Values

/// What an order is made of and how, beside its header.
struct OrderDetails: Sendable, Hashable {
  /// A raw move that is not cancelled and no scrap.
  struct RawMove: Sendable, Hashable {
    var id: Int64
    var orderID: Int64
    var productID: Int64
    var unitID: Int64
    var demand: Quantity
    var operationID: Int64?
  }

  /// A work order that is not cancelled.
  struct WorkOrder: Sendable, Hashable {
    var id: Int64
    var orderID: Int64
    var name: String
    var operationID: Int64?
    var workCenterID: Int64
    var expectedMinutes: Double
  }

  /// A product.
  struct Product: Sendable, Hashable {
    var code: String
    var tracking: String
  }

  /// A unit of measure.
  struct Unit: Sendable, Hashable {
    var name: String
    var rounding: Quantity
  }

  /// Another order of a candidate's procurement group.
  struct Sibling: Sendable, Hashable {
    var id: Int64
    var groupID: Int64
    var productID: Int64
    var state: ChainOrderState
  }

  var moves: [RawMove] = []
  var workOrders: [WorkOrder] = []
  var products: [Int64: Product] = [:]
  /// How many products carry a code.
  var codeCounts: [String: Int] = [:]
  var units: [Int64: Unit] = [:]
  var workCenters: [Int64: String] = [:]
  var siblings: [Sibling] = []
}
