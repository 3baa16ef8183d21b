import Contracts
import JSON
import RecordStore
import ServiceKit
import Values

extension OdooRow {
  /// When it was written last, as Odoo spells it.
  func writeDate() throws(OdooFailure) -> String {
    let text = try text("write_date")
    guard CivilTime(text: text) != nil else { throw wrong("write_date") }
    return text
  }

  /// What the record is, whenever it was written: Odoo also moves the date when nothing has changed.
  var digest: [UInt8] {
    var digest = CanonicalDigest()
    digest.add(content(without: "write_date"))
    return digest.bytes()
  }

  /// Whether it is in use; what can't be archived is.
  func isActive() throws(OdooFailure) -> Bool { has("active") ? try flag("active") : true }

  /// The name that Odoo shows for a many2one field.
  func name(of field: String) throws(OdooFailure) -> String {
    guard let name = value(field)?[1]?.stringValue else { throw wrong(field) }
    return name
  }

  /// The ids of a field with many of them; none where there is no such field.
  func ids(_ field: String) throws(OdooFailure) -> [Int64] {
    guard has(field) else { return [] }
    guard let ids = value(field)?.arrayValue else { throw wrong(field) }
    let numbers = ids.compactMap(\.intValue)
    guard numbers.count == ids.count else { throw wrong(field) }
    return numbers
  }

  /// A whole number.
  func whole(_ field: String) throws(OdooFailure) -> Int32 {
    guard let number = value(field)?.intValue, let whole = Int32(exactly: number) else {
      throw wrong(field)
    }
    return whole
  }

  /// Its place among its like; 0 where nobody has said.
  func sequence() throws(OdooFailure) -> Int32 {
    value("sequence")?.boolValue == false ? 0 : try whole("sequence")
  }

  /// A decimal number exactly as Odoo shows it.
  /// - Throws: ``Problem`` when a quantity can't hold it: nothing is rounded.
  func exact(_ field: String) throws -> Quantity {
    let number = try number(field)
    guard let decimal = DecimalFraction(number), let quantity = decimal.quantity else {
      throw Problem.unusable("\(field) is \(number), which has too many digits")
    }
    return quantity
  }

  /// Text that a record's field can have.
  /// - Throws: ``Problem``.
  func text(_ field: String, _ rule: TextRule) throws -> String {
    let text = try text(field)
    if !text.isEmpty, let violation = rule.violation(of: text) {
      throw Problem.unusable("\(field) \(violation)")
    }
    return text
  }
}

/// A floating-point number as the decimal fraction that it is written as: 0.1 is one tenth, not the
/// binary number next to it.
struct DecimalFraction: Sendable, Hashable {
  /// The digits.
  let digits: Int64
  /// How many of them are behind the point; not negative.
  let scale: Int

  /// The fraction of the shortest decimal text; `nil` when it isn't finite or too long.
  init?(_ number: Double) {
    guard number.isFinite else { return nil }
    let parts = number.description.lowercased().split(separator: "e")
    guard parts.count <= 2, let mantissa = parts.first,
      var exponent = parts.count == 2 ? Int(parts[1]) : 0
    else { return nil }
    let halves = mantissa.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = halves.count == 2 ? String(halves[1]) : ""
    exponent -= fraction.utf8.count
    guard var digits = Int64(String(halves[0]) + fraction) else { return nil }
    while digits != 0, digits % 10 == 0 { (digits, exponent) = (digits / 10, exponent + 1) }
    guard digits != 0 else {
      (self.digits, scale) = (0, 0)
      return
    }
    while exponent > 0 {
      let (product, overflows) = digits.multipliedReportingOverflow(by: 10)
      guard !overflows else { return nil }
      (digits, exponent) = (product, exponent - 1)
    }
    (self.digits, scale) = (digits, -exponent)
  }

  /// The same as a quantity; `nil` when it has more digits than that.
  var quantity: Quantity? {
    guard scale <= Quantity.maximumFractionDigits else { return nil }
    var millionths = digits
    for _ in scale..<Quantity.maximumFractionDigits {
      let (product, overflows) = millionths.multipliedReportingOverflow(by: 10)
      guard !overflows else { return nil }
      millionths = product
    }
    return try? Quantity(millionths: millionths)
  }

  /// The same as a ratio, or one to it; `nil` when it isn't above zero or has too many digits.
  func ratio(inverted: Bool) -> UnitRatio? {
    guard digits > 0, scale <= 18 else { return nil }
    let power = (0..<scale).reduce(Int64(1)) { power, _ in power * 10 }
    var (divisor, rest) = (digits, power)
    while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
    let (numerator, denominator) = (digits / divisor, power / divisor)
    return inverted
      ? UnitRatio(denominator, numerator) : UnitRatio(numerator, denominator)
  }
}

extension Masterdata.V1.RecordHead {
  /// A head of a record that is in use, or was.
  init(_ code: String, isActive: Bool) {
    self.init()
    self.code = code
    lifeCycle = isActive ? .released : .withdrawn
  }
}

/// What a record's code looks like (`millrace.masterdata.v1.RecordHead.code`).
enum RecordCode {
  static let rule = TextRule(maximumLength: 64, characters: .visible)

  /// The code, when it is one.
  /// - Throws: ``Problem``.
  static func checked(_ code: String) throws(Problem) -> String {
    if let violation = Fields.violation(ofCode: code, rule) {
      throw .unusable("its code \(code.prefix(100)) \(violation)")
    }
    return code
  }
}

extension OdooRow {
  /// The field has a value that this program does not know, such as one that an add-on brings: a case of
  /// this row, and no reason to leave the others out.
  func unknown(_ field: String) -> Problem {
    .unusable("its \(field) is \(value(field).map { OdooWords.bounded($0.text) } ?? "missing")")
  }
}
