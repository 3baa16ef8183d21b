import Values

/// Master data in bulk, to see how a reader copes: products `ITEM-000001` and so on, bills of
/// material `BOM-000001` and so on for the first of them, and ten work centres.
enum LargePlant {
  /// How large.
  struct Size: Sendable {
    var items: Int
    var bills: Int

    /// Codes have six digits.
    static let maximumItems = 999_999

    /// Why there is no such plant; `nil` when there is.
    var problem: String? {
      if !(0...Self.maximumItems).contains(items) {
        return "items must be from 0 to \(Self.maximumItems)"
      }
      if bills < 0 || (bills > 0 && bills + LargePlant.linesPerBill > items) {
        return "bills need \(LargePlant.linesPerBill) items more than there are bills"
      }
      return nil
    }
  }

  static let linesPerBill = 10
  private static let centerCount = 10
  /// Records that one transaction makes: their dates differ a little, as after a real import.
  private static let recordsPerTransaction = 1_000
  /// Every so many-th item is weighed, and every so many-th has lots.
  private static let weighedEvery = 10
  private static let trackedEvery = 25
  /// Bills that are parts of the one before, up to the next multiple of this.
  private static let levels = 5

  /// Adds a plant. `now` is asked for the moment of each transaction.
  static func load(_ size: Size, _ dispatcher: Dispatcher, now: () -> Instant) throws {
    let centers = try transaction(dispatcher, now) { session in try makeCenters(session) }
    var products: [Int] = []
    products.reserveCapacity(size.items)
    for first in stride(from: 1, through: size.items, by: recordsPerTransaction) {
      let last = min(first + recordsPerTransaction - 1, size.items)
      products += try transaction(dispatcher, now) { session in
        try (first...last).map { try makeItem($0, session) }
      }
    }
    for first in stride(from: 1, through: size.bills, by: recordsPerTransaction) {
      let last = min(first + recordsPerTransaction - 1, size.bills)
      try transaction(dispatcher, now) { session in
        for number in first...last { try makeBill(number, size, products, centers, session) }
      }
    }
  }

  private static func transaction<Result>(
    _ dispatcher: Dispatcher, _ now: () -> Instant, _ body: (Session) throws -> Result
  ) throws -> Result {
    let session = Session(
      database: dispatcher.database, context: [:], user: dispatcher.account.integration.id,
      now: now())
    return try dispatcher.transaction(session) { try body(session) }
  }

  /// The number with leading zeros.
  private static func padded(_ number: Int, _ length: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, length - digits.count)) + digits
  }

  private static func makeCenters(_ session: Session) throws -> [Int] {
    try (1...centerCount).map { number in
      try session.create(
        session.model("mrp.workcenter"),
        [
          "name": .value(.text("Line \(number)")),
          "code": .value(.text("LINE-\(padded(number, 2))")),
        ]
      ).id
    }
  }

  private static func makeItem(_ number: Int, _ session: Session) throws -> Int {
    var values = ProductType.storable(session.database.registry.version)
    values["name"] = .value(.text("Item \(number)"))
    values["default_code"] = .value(.text("ITEM-\(padded(number, 6))"))
    if number % weighedEvery == 0 {
      values["uom_id"] = .value(.reference(session.record(named: "uom.product_uom_kgm")))
    }
    if number % trackedEvery == 0 { values["tracking"] = .value(.text("lot")) }
    return try session.create(session.model("product.product"), values).id
  }

  private static func makeBill(
    _ number: Int, _ size: Size, _ products: [Int], _ centers: [Int], _ session: Session
  ) throws {
    let bought = size.items - size.bills
    let lines = (0..<linesPerBill).map { line in
      let isSubassembly = line == 0 && number % levels != 0 && number < size.bills
      let item = isSubassembly ? number : size.bills + (number * linesPerBill + line) % bought
      return Command.create([
        "product_id": .value(.reference(products[item])),
        "product_qty": .value(.float(Double(1 + line % 4))),
        "sequence": .value(.integer(line + 1)),
      ])
    }
    let operations = ["Prepare", "Assemble"].enumerated().map { index, name in
      Command.create([
        "name": .value(.text(name)), "sequence": .value(.integer((index + 1) * 10)),
        "workcenter_id": .value(.reference(centers[(number + index) % centerCount])),
        "time_cycle_manual": .value(.float(Double(1 + number % 7))),
      ])
    }
    try session.create(
      session.model("mrp.bom"),
      [
        "product_tmpl_id": .value(
          session.record("product.product", products[number - 1]).value("product_tmpl_id")),
        "code": .value(.text("BOM-\(padded(number, 6))")),
        "bom_line_ids": .commands(lines), "operation_ids": .commands(operations),
      ])
  }
}
