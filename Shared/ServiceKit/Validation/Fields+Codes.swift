import Foundation
public import Values

/// Codes by which things are found again: two that look the same are the same, and two that are the same
/// are the same bytes.
extension Fields {
  /// A required code.
  /// - Parameter rule: how long it may be; it must allow only visible characters.
  public mutating func code(_ value: String, _ field: String, _ rule: TextRule) -> String {
    if let violation = Self.violation(ofCode: value, rule) { reject(field, violation) }
    return value
  }

  /// What of a code breaks a rule, `nil` when nothing does.
  /// - Parameter isPart: it is the beginning of codes, so that a space may stand at its end.
  public static func violation(ofCode value: String, _ rule: TextRule, isPart: Bool = false)
    -> String?
  {
    if let violation = rule.violation(of: value) { return violation }
    if !isPart, value.utf8.first == space || value.utf8.last == space {
      return "must not begin or end with a space"
    }
    // Nearly all are ASCII, and of these nothing more can be wrong.
    if value.utf8.allSatisfy({ $0 < 0x80 }) { return nil }
    guard value.unicodeScalars.allSatisfy(canBeSeen) else {
      return "may only hold characters that can be seen, and the ordinary space"
    }
    // "é" has two forms, which Swift takes for the same text and a database for two.
    let composed = value.precomposedStringWithCanonicalMapping
    return value.utf8.elementsEqual(composed.utf8)
      ? nil : "must be in the composed form of Unicode (NFC)"
  }

  private static let space = UInt8(ascii: " ")

  private static func canBeSeen(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }
}
