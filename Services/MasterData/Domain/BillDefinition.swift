import Values

/// What becomes of what a bill of material lists.
enum BillType: Sendable, Hashable { case normal, kit, subcontract }

/// What an item is made of.
struct BillDefinition: Sendable, Hashable {
  var item: String
  var type: BillType
  var version: String
  var priority: Int32
  var quantity: Amount
  var lines: [Line]
  var byProducts: [ByProduct]
  /// A routing's code; empty when nothing is known.
  var routing: String
  var subcontractors: [String]

  struct Line: Sendable, Hashable {
    var line: Int32
    var item: String
    var quantity: Amount
    /// Of the routing; 0 for the order as a whole.
    var operation: Int32
  }

  struct ByProduct: Sendable, Hashable {
    var item: String
    var quantity: Amount
    var operation: Int32
  }

  /// Ten times what a car's main assembly has.
  static let maximumLines = 500
  static let maximumByProducts = 100
  /// Different items below one, over all levels: what a large machine has. Each write of a bill looks at
  /// all of them: some milliseconds, and a tenth of a second where each stands in hundreds of bills.
  static let maximumItemsBelow = 5_000
  static let maximumSubcontractors = 100
  static let priorityRange: ClosedRange<Int64> = 0...1_000_000

  /// Every quantity with the item that it is of and its field.
  var quantities: [(field: String, item: String, quantity: Amount)] {
    [("quantity", item, quantity)]
      + lines.enumerated().map {
        ("lines[\($0.offset)].quantity", $0.element.item, $0.element.quantity)
      }
      + byProducts.enumerated().map {
        ("by_products[\($0.offset)].quantity", $0.element.item, $0.element.quantity)
      }
  }

  /// Every operation that it names and the field that does.
  var operations: [(field: String, operation: Int32)] {
    lines.enumerated().map { ("lines[\($0.offset)].operation", $0.element.operation) }
      + byProducts.enumerated().map {
        ("by_products[\($0.offset)].operation", $0.element.operation)
      }
  }
}

/// How something is made.
struct RoutingDefinition: Sendable, Hashable {
  var description: String
  var operations: [Operation]

  struct Operation: Sendable, Hashable {
    var number: Int32
    var description: String
    var workCenter: String
    var cycleTimeMilliseconds: Int64
  }

  static let maximumOperations = 200
  static let numberRange: ClosedRange<Int64> = 1...1_000_000
  /// A year.
  static let cycleTimeRange: ClosedRange<Int64> = 0...31_536_000_000
}
