import Contracts
import Protobuf
import Values

/// Units of measure.
struct UnitModel: MasterDataModel {
  let kind = SubjectKind.unit
  let main: OdooFeed? = OdooFeed(
    model: "uom.uom",
    fields: ["name", "category_id", "uom_type", "factor", "factor_inv", "rounding"],
    optional: ["active"])
  /// A category's name is on its units, and its change does not move their dates.
  let touching: [(feed: OdooFeed, as: Reference.Kind)] = [
    (OdooFeed(model: "uom.category", fields: ["name"]), .unitCategory)
  ]

  func references(of subject: Subject) throws -> Set<Reference> {
    [Reference(.unitCategory, try subject.own(kind).required("category_id"))]
  }

  func draft(_ subject: Subject, _ known: Resolutions) throws -> Draft {
    let row = try subject.own(kind)
    let isActive = try row.isActive()
    let name = try row.text("name")
    return try Draft.of(.unit, subject, code: name, label: name, isActive: isActive) { code in
      .unit(
        try .with {
          $0.head = .init(code, isActive: isActive)
          $0.category = try row.name(of: "category_id")
          $0.referenceRatio = try Self.ratio(row)
          $0.rounding = try row.exact("rounding").description
        })
    }
  }

  /// How many of the reference unit one is, exactly.
  /// - Throws: ``Problem`` when it is no fraction of numbers up to a billion.
  static func ratio(_ row: OdooRow) throws -> Masterdata.V1.Ratio {
    let (factor, inverse) = (try row.number("factor"), try row.number("factor_inv"))
    let ratio: UnitRatio?
    switch try row.text("uom_type") {
    case "reference": ratio = factor == 1 ? .one : nil
    case "bigger": ratio = bigger(inverse, factor: factor)
    case "smaller": ratio = DecimalFraction(factor)?.ratio(inverted: true)
    default: throw row.unknown("uom_type")
    }
    guard let ratio else {
      throw Problem.unusable(
        "its ratio (factor \(factor), inverse \(inverse)) is no fraction of whole numbers up to "
          + "\(UnitRatio.maximum)")
    }
    return .with {
      $0.numerator = ratio.numerator
      $0.denominator = ratio.denominator
    }
  }

  /// Odoo keeps the inverse of what people enter, so that what it answers may have an error in the
  /// last digit. What was entered is the short number whose inverse is exactly what is kept.
  private static func bigger(_ inverse: Double, factor: Double) -> UnitRatio? {
    if let ratio = DecimalFraction(inverse)?.ratio(inverted: false) { return ratio }
    var step = 1.0
    for _ in 0..<12 {
      let candidate = (inverse * step).rounded() / step
      if candidate > 0, 1 / candidate == factor {
        return DecimalFraction(candidate)?.ratio(inverted: false)
      }
      step *= 10
    }
    return nil
  }
}
