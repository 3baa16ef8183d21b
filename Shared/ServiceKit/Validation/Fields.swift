public import Values

/// Checks the fields of a request and collects every violation.
///
/// Each check answers the value in the type the rules work with, or a harmless one in its place
/// when it reports a violation: the caller reads as a plain list of fields, and what it builds is
/// used only when nothing was reported.
///
/// ```swift
/// let input = Input(
///   orderName: fields.text(request.orderName, "order_name", OrderKey.nameRule),
///   planned: fields.amount(request.plannedQuantity, "planned_quantity", .aboveZero))
/// ```
public struct Fields {
  /// Every violation so far, in the order of the checks.
  public private(set) var violations: [FieldViolation] = []
  /// The wall clock when the request is checked.
  public let now: Instant
  private var prefix = ""

  /// Most violations kept: beyond it a caller learns nothing new, and lists may have thousands of
  /// entries.
  public static let maximumViolations = 100

  /// Nothing checked yet.
  public init(now: Instant) { self.now = now }

  /// Reports that a field breaks a rule; an empty name means the element of a list itself.
  public mutating func reject(_ field: String, _ rule: String) {
    guard violations.count < Self.maximumViolations else { return }
    let path = field.isEmpty ? String(prefix.dropLast()) : prefix + field
    violations.append(FieldViolation(path, rule))
  }

  /// Checks the fields of a nested message; their names follow `field` and a full stop.
  public mutating func inside<T>(_ field: String, _ body: (inout Fields) throws -> T) rethrows -> T
  {
    let outer = prefix
    prefix += field + "."
    defer { prefix = outer }
    return try body(&self)
  }

  /// Checks every element of a list; their fields follow `field[index].`
  /// - Parameter maximum: the most elements; a longer list is reported and not looked at.
  public mutating func each<Element, T>(
    _ elements: [Element], _ field: String, atMost maximum: Int,
    _ body: (inout Fields, Element) -> T
  ) -> [T] {
    guard elements.count <= maximum else {
      reject(field, "must have at most \(maximum) entries")
      return []
    }
    var results: [T] = []
    results.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      results.append(inside("\(field)[\(index)]") { fields in body(&fields, element) })
    }
    return results
  }

  /// A required text.
  public mutating func text(_ value: String, _ field: String, _ rule: TextRule) -> String {
    if let violation = rule.violation(of: value) { reject(field, violation) }
    return value
  }

  /// A text that may be empty.
  public mutating func optionalText(_ value: String, _ field: String, _ rule: TextRule) -> String {
    value.isEmpty ? value : text(value, field, rule)
  }

  /// A required site.
  public mutating func site(_ value: String, _ field: String = "site") -> SiteCode {
    SiteCode(text(value, field, SiteCode.rule))
  }

  /// A required key of an order: its site and its name at release.
  public mutating func orderKey(site: String, name: String) -> OrderKey {
    let site = self.site(site)
    return OrderKey(site: site, name: text(name, "order_name", OrderKey.nameRule))
  }

  /// A whole number within bounds.
  public mutating func number(_ value: Int64, _ field: String, _ range: ClosedRange<Int64>)
    -> Int64
  {
    if !range.contains(value) {
      reject(
        field,
        range.upperBound == .max
          ? "must be \(range.lowerBound) or more"
          : "must be \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// An enumeration's value, translated by the caller; `nil` means not set or not known.
  /// - Parameter names: those that are known; asked for only when it is needed, as making them costs more than
  ///   the whole check.
  public mutating func known<T>(
    _ value: T?, _ field: String, _ names: @autoclosure () -> String, else fallback: T
  ) -> T {
    if value == nil { reject(field, "must be \(names())") }
    return value ?? fallback
  }

  /// Reports each element of a list whose key has occurred before.
  /// - Parameter member: the member of the element that holds the key.
  public mutating func unique<Element, Key: Hashable>(
    _ elements: [Element], _ field: String, _ member: String, _ key: (Element) -> Key
  ) {
    var seen: Set<Key> = []
    for (index, element) in elements.enumerated() where !seen.insert(key(element)).inserted {
      reject("\(field)[\(index)].\(member)", "must be unique")
    }
  }
}
