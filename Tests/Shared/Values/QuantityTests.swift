import Testing
import Values

@Suite("A quantity")
struct QuantityTests {
  @Test(
    "reads decimal text and writes the shortest form",
    arguments: [
      ("0", "0"), ("-0", "0"), ("40", "40"), ("0.125", "0.125"), ("00012.500000", "12.5"),
      ("-3.07", "-3.07"), ("999999999999.999999", "999999999999.999999"), ("0.000001", "0.000001"),
    ])
  func readsDecimalText(text: String, shortest: String) throws {
    #expect(try Quantity(decimal: text).description == shortest)
  }

  @Test(
    "refuses other text with the reason",
    arguments: [
      ("", QuantityError.notDecimal), ("-", .notDecimal), (".5", .notDecimal), ("5.", .notDecimal),
      ("+1", .notDecimal), ("1e3", .notDecimal), (" 1", .notDecimal), ("1,5", .notDecimal),
      ("1.2.3", .notDecimal), ("--1", .notDecimal), ("٣", .notDecimal), ("1\0", .notDecimal),
      ("1234567890123", .outOfRange), ("0.0000001", .tooPrecise),
    ])
  func refusesOtherText(text: String, reason: QuantityError) {
    #expect(throws: reason) { try Quantity(decimal: text) }
  }

  @Test("refuses sums beyond its range")
  func refusesOverflow() throws {
    let one = try Quantity(millionths: 1)
    #expect(throws: QuantityError.outOfRange) { try Quantity.maximum.adding(one) }
    #expect(throws: QuantityError.outOfRange) {
      try Quantity(millionths: -Quantity.maximum.millionths).subtracting(one)
    }
    #expect(throws: QuantityError.outOfRange) { try Quantity(units: .max) }
  }

  @Test(
    "takes a proportion and rounds it half up once, to the step",
    arguments: [
      ("7", "10", "10", "1", "7"), ("1", "1", "3", "0.01", "0.33"), ("2", "1", "3", "0.01", "0.67"),
      ("1", "1", "2", "1", "1"), ("1", "1", "200", "0.01", "0.01"), ("1", "1", "201", "0.01", "0"),
      ("999999999999", "999999999999", "999999999999", "0.000001", "999999999999"),
      ("5", "12.5", "100", "0.001", "0.625"), ("3", "5", "2", "5", "10"),
    ])
  func takesProportions(
    processed: String, demand: String, planned: String, step: String, expected: String
  ) throws {
    let result = try Quantity(decimal: processed).proportion(
      of: Quantity(decimal: demand), to: Quantity(decimal: planned), step: Quantity(decimal: step))
    #expect(result.description == expected)
  }

  @Test("refuses a proportion of nothing, and one that is too large")
  func refusesBadProportions() throws {
    let one = try Quantity(units: 1)
    #expect(throws: QuantityError.divisionByZero) {
      try one.proportion(of: one, to: .zero, step: one)
    }
    #expect(throws: QuantityError.divisionByZero) {
      try one.proportion(of: one, to: one, step: .zero)
    }
    #expect(throws: QuantityError.outOfRange) {
      try Quantity.maximum.proportion(of: .maximum, to: one, step: one)
    }
  }

  @Test("meets floating-point numbers at the boundary to Odoo")
  func convertsNearest() throws {
    #expect(Quantity(nearest: 0.1 + 0.2)?.description == "0.3")
    #expect(Quantity(nearest: -2.675)?.description == "-2.675")
    #expect(Quantity(nearest: .nan) == nil)
    #expect(Quantity(nearest: .infinity) == nil)
    #expect(Quantity(nearest: 1e13) == nil)
    #expect(try Quantity(decimal: "0.3").nearestDouble == 0.3)
  }
}
