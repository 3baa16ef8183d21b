import Seeds
import Testing
import Values

@Suite struct `A conversion of units` {
  private static let dozen = UnitRatio(12, 1)
  private static let gram = UnitRatio(1, 1_000)

  @Test(arguments: [
    ("2", UnitRatio(12, 1), UnitRatio.one, "24"), ("6", .one, UnitRatio(12, 1), "0.5"),
    ("1.5", UnitRatio.one, UnitRatio(1, 1_000), "1500"), ("250", UnitRatio(1, 1_000), .one, "0.25"),
    ("-3", UnitRatio(25, 1), .one, "-75"), ("7", .one, .one, "7"),
    ("1", UnitRatio(254, 10_000), UnitRatio(1, 100), "2.54"),
  ])
  func `is exact`(quantity: String, from: UnitRatio?, to: UnitRatio?, result: String) throws {
    let converted = try Quantity(decimal: quantity).converted(
      from: #require(from), to: #require(to))
    #expect(converted.description == result)
  }

  @Test func `that no decimal number can tell is refused, and rounded only where somebody says so`()
    throws
  {
    let one = try Quantity(units: 1)
    let dozen = try #require(Self.dozen)
    #expect(throws: UnitConversionError.notExact) { try one.converted(from: .one, to: dozen) }
    let step = try Quantity(decimal: "0.01")
    let rounded = try one.converted(from: .one, to: dozen, rounding: step)
    #expect(rounded.description == "0.08")
    // As Odoo does with seven pieces in dozens (contract 14o).
    let seven = try Quantity(units: 7).converted(from: .one, to: dozen, rounding: step)
    #expect(seven.description == "0.58")
  }

  @Test func `beyond twelve digits is refused`() throws {
    let gram = try #require(Self.gram)
    #expect(throws: UnitConversionError.outOfRange) {
      try Quantity.maximum.converted(from: .one, to: gram)
    }
    #expect(throws: UnitConversionError.outOfRange) {
      try Quantity.maximum.converted(from: .one, to: gram, rounding: Quantity(units: 1))
    }
    let (huge, tiny) = (UnitRatio(UnitRatio.maximum, 1), UnitRatio(1, UnitRatio.maximum))
    #expect(throws: UnitConversionError.outOfRange) {
      try Quantity.maximum.converted(from: #require(huge), to: #require(tiny))
    }
  }

  @Test(arguments: [(0, 1), (1, 0), (-1, 1), (1_000_000_001, 1), (1, 1_000_000_001)])
  func `has no ratio outside its range`(numerator: Int64, denominator: Int64) {
    #expect(UnitRatio(numerator, denominator) == nil)
  }

  @Test func `is the same by a ratio that is not in lowest terms`() {
    #expect(UnitRatio(24, 2) == Self.dozen)
    #expect(UnitRatio(5, 5_000) == Self.gram)
  }

  @Test func `holds exactly, comes back, and is rounded to the nearest, whatever the numbers`()
    throws
  {
    let seed = TestSeed(of: "conversions of units")
    var random = seed.generator()
    for _ in 0..<20_000 {
      let (source, target) = (ratio(&random), ratio(&random))
      let quantity = try Quantity(
        millionths: .random(in: -1_000_000_000_000...1_000_000_000_000, using: &random))
      let wanted =
        Int128(quantity.millionths) * Int128(source.numerator) * Int128(target.denominator)
      let unit = Int128(source.denominator) * Int128(target.numerator)
      do throws(UnitConversionError) {
        let converted = try quantity.converted(from: source, to: target)
        #expect(Int128(converted.millionths) * unit == wanted)
        #expect((try? converted.converted(from: target, to: source)) == quantity)
      } catch {
        switch error {
        case .notExact: #expect(wanted % unit != 0)
        case .outOfRange: #expect((wanted / unit).magnitude > Quantity.maximum.millionths)
        }
      }
      let step = try Quantity(millionths: .random(in: 1...5_000_000, using: &random))
      guard let rounded = try? quantity.converted(from: source, to: target, rounding: step) else {
        #expect((wanted / unit).magnitude + 5_000_000 > Quantity.maximum.millionths)
        continue
      }
      #expect(rounded.millionths % step.millionths == 0)
      let distance = (Int128(rounded.millionths) * unit - wanted).magnitude
      #expect(distance * 2 <= (Int128(step.millionths) * unit).magnitude)
    }
  }

  private func ratio(_ random: inout some RandomNumberGenerator) -> UnitRatio {
    // Small numbers meet often, large ones show what overflows.
    let bound: Int64 = Bool.random(using: &random) ? 60 : UnitRatio.maximum
    return UnitRatio(.random(in: 1...bound, using: &random), .random(in: 1...bound, using: &random))
      ?? .one
  }
}
