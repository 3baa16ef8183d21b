import Values

/// A serial shipping container code: 18 digits, the last one the check digit (GS1 General Specifications, 7.9).
enum SSCC {
  static let digitCount = 18

  /// What of a code breaks the rule; `nil` when nothing does.
  static func violation(of code: String) -> String? {
    let digits = code.utf8.compactMap { (48...57).contains($0) ? Int($0 - 48) : nil }
    guard digits.count == digitCount, code.utf8.count == digitCount else {
      return "must be 18 digits"
    }
    // From the right, the check digit left out, every other digit counts three times.
    let sum = digits.dropLast().reversed().enumerated().reduce(0) { sum, digit in
      sum + digit.element * (digit.offset.isMultiple(of: 2) ? 3 : 1)
    }
    let check = (10 - sum % 10) % 10
    return digits.last == check ? nil : "must end with its check digit, \(check)"
  }
}

/// By how much a delivery may exceed what was ordered.
struct OverDeliveryTolerance: Sendable, Hashable {
  /// In percent, zero or more.
  let percent: Quantity

  /// What was ordered is the limit.
  static let none = OverDeliveryTolerance(percent: .zero)

  /// Whether so much in all is within the tolerance. Exact: nothing is rounded.
  func allows(_ total: Quantity, of ordered: Quantity) -> Bool {
    // Both products stay below 10^18 × 10^15, far inside 128 bits.
    let hundred = Int128(100 * Quantity.scale)
    return Int128(total.millionths) * hundred
      <= Int128(ordered.millionths) * (hundred + Int128(percent.millionths))
  }
}

/// What an announced or received quantity is of.
struct ShippedItem: Sendable, Hashable, Comparable {
  var orderName: String
  var line: Int32
  var lot: String
  var serial: String

  static func < (left: Self, right: Self) -> Bool {
    (left.orderName, left.line, left.lot, left.serial)
      < (right.orderName, right.line, right.lot, right.serial)
  }
}

/// How what was received differs from what was announced. The raw values are the contract's.
enum DiscrepancyKind: Int32, Sendable, Hashable {
  case short = 1
  case over = 2
  case unexpected = 3
  case damaged = 4
}

/// A difference of a receipt.
struct Difference: Sendable, Hashable {
  var item: ShippedItem
  var kind: DiscrepancyKind
  /// By how much, above zero.
  var quantity: Quantity
}

/// What was received against what was announced, item by item.
enum ReceiptComparison {
  static func differences(
    announced: [ShippedItem: Quantity], received: [ShippedItem: Quantity],
    damaged: [ShippedItem: Quantity]
  ) throws(QuantityError) -> [Difference] {
    var differences: [Difference] = []
    for item in Set(announced.keys).union(received.keys).sorted() {
      let (said, came) = (announced[item] ?? .zero, received[item] ?? .zero)
      if came < said {
        differences.append(
          Difference(item: item, kind: .short, quantity: try said.subtracting(came)))
      } else if came > said {
        let kind: DiscrepancyKind = said.isZero ? .unexpected : .over
        differences.append(
          Difference(item: item, kind: kind, quantity: try came.subtracting(said)))
      }
      if let broken = damaged[item], !broken.isZero {
        differences.append(Difference(item: item, kind: .damaged, quantity: broken))
      }
    }
    return differences
  }
}

/// Everything Procurement's rules refuse. `Refusals.swift` turns each into a status, in one place.
enum ProcurementError: Error, Sendable, Hashable {
  case orderNotFound(String)
  case orderExists(String)
  case orderState(String, PurchaseOrderState, PurchaseOrderStep)
  case revisionChanged(String, now: Int64)
  case belowShipped(String, line: Int32, shipped: String)
  case orderShipped(String)
  case linesDiffer(String, line: Int32)
  case confirmationNotWaiting(String, number: Int32)
  case nothingLeft(String)
  case noticeNotFound(String)
  case noticeExists(String)
  case noticeState(String, ShipNoticeState, allowed: [ShipNoticeState])
  case packageInUse(String, field: String)
  case packageUnknown(String, field: String)
  case lineNotFound(String, line: Int32, field: String)
  case unitMismatch(unit: String, expected: String, field: String)
  case overDelivery(String, line: Int32, shipped: String, ordered: String, percent: String)
  case quantityOverflow(String)
  case referencesUnknown([ReferenceFinding])
  case discrepancyNotFound(String)
  case discrepancySettled(String)
  case forecastNotFound(String, version: Int64)
  case signalNotFound(String)
  case signalClosed(String)
  /// A supplier may not.
  case buyerOnly
  /// A supplier names another one.
  case supplierNotGranted(String)
}

/// That a field of an order does not agree with master data.
struct ReferenceFinding: Sendable, Hashable {
  /// The field's path in the request.
  var field: String
  /// What it breaks, without the field's name.
  var rule: String
}
