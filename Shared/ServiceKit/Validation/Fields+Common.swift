public import Contracts
public import Values

/// Which quantities a field takes.
public enum QuantityRule: Sendable, Hashable {
  /// Zero or more.
  case zeroOrMore
  /// Above zero.
  case aboveZero
  /// Below zero, too: a temperature.
  case any
}

/// A fact's header, checked.
public struct CheckedFactHeader: Sendable, Hashable {
  /// `source_system`.
  public let sourceSystem: String
  /// `source_event_id`.
  public let sourceEventID: String
  /// `source_sequence`, 0 when the sender has none.
  public let sourceSequence: Int64
  /// `occurred_at`.
  public let occurredAt: Instant
  /// `correlation_id`, empty when there is none.
  public let correlationID: String

  /// A header of its parts, as records have them.
  public init(
    sourceSystem: String, sourceEventID: String, sourceSequence: Int64, occurredAt: Instant,
    correlationID: String
  ) {
    self.sourceSystem = sourceSystem
    self.sourceEventID = sourceEventID
    self.sourceSequence = sourceSequence
    self.occurredAt = occurredAt
    self.correlationID = correlationID
  }

  /// The fact's identity at a site.
  public func identity(at site: SiteCode) -> FactIdentity {
    FactIdentity(site: site, sourceSystem: sourceSystem, sourceEventID: sourceEventID)
  }
}

/// The types of `millrace.common.v1`, with the limits its comments state.
extension Fields {
  /// What a request identity looks like.
  public static let requestIDRule = TextRule(maximumLength: 64, characters: .visibleASCII)
  /// What a correlation identity looks like.
  public static let correlationRule = TextRule(maximumLength: 128, characters: .visibleASCII)
  /// The first moment any time may name: 2000-01-01. Earlier ones are unset clocks.
  public static let earliest = Instant(seconds: 946_684_800)
  /// The last moment a plan may name: the end of the year 2199.
  public static let latest = Instant(seconds: 7_258_118_399)
  /// How far a fact may lie in the future, in seconds: a day, which a wrong time zone explains.
  public static let factFutureSeconds: Int64 = 86_400

  /// A required quantity.
  public mutating func amount(
    _ value: Common.V1.Quantity?, _ field: String, _ rule: QuantityRule
  ) -> Amount {
    guard let value else {
      reject(field, "is required")
      return Amount(.zero, "")
    }
    return inside(field) { fields in
      Amount(
        fields.decimal(value.value, "value", rule), fields.text(value.unit, "unit", Amount.unitRule)
      )
    }
  }

  /// A quantity that may be absent.
  public mutating func optionalAmount(
    _ value: Common.V1.Quantity?, _ field: String, _ rule: QuantityRule
  ) -> Amount? {
    value.map { amount($0, field, rule) }
  }

  /// A required quantity in its canonical form.
  public mutating func quantity(
    _ value: Common.V1.Quantity?, _ field: String, _ rule: QuantityRule
  ) -> Common.V1.Quantity { .init(amount(value, field, rule)) }

  /// Decimal text that may be empty, in its canonical form.
  public mutating func optionalDecimal(_ text: String, _ field: String, _ rule: QuantityRule)
    -> String
  { text.isEmpty ? text : decimal(text, field, rule).description }

  /// A required identifier of ours, 32 hexadecimal digits; answered in lower case.
  public mutating func identifier(_ value: String, _ field: String) -> String {
    if Identifier(hexadecimal: value) == nil { reject(field, "must be 32 hexadecimal digits") }
    return value.lowercased()
  }

  /// A required sentence for people.
  /// - Parameter maximum: most characters.
  public mutating func sentence(_ value: String, _ field: String, atMost maximum: Int = 500)
    -> String
  {
    if value.isEmpty {
      reject(field, "is required")
    } else if value.unicodeScalars.count > maximum {
      reject(field, "must have at most \(maximum) characters")
    } else if value.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" }) {
      reject(field, "must have no control characters but line feeds")
    }
    return value
  }

  /// A fact's header in its canonical form, which is part of what a fact says: without the correlation, which
  /// may change.
  public static func canonical(_ header: CheckedFactHeader) -> Common.V1.FactHeader {
    var canonical = Common.V1.FactHeader(header)
    canonical.correlationID = ""
    return canonical
  }

  /// Decimal text.
  public mutating func decimal(_ text: String, _ field: String, _ rule: QuantityRule) -> Quantity {
    do {
      let quantity = try Quantity(decimal: text)
      switch rule {
      case .zeroOrMore where quantity.isNegative: reject(field, "must not be negative")
      case .aboveZero where quantity <= .zero: reject(field, "must be above zero")
      default: break
      }
      return quantity
    } catch {
      reject(field, Self.rule(brokenBy: error, text))
      return .zero
    }
  }

  private static func rule(brokenBy error: QuantityError, _ text: String) -> String {
    if text.isEmpty { return "is required" }
    switch error {
    case .outOfRange: return "must have at most \(Quantity.maximumIntegerDigits) integer digits"
    case .tooPrecise:
      return "must have at most \(Quantity.maximumFractionDigits) fractional digits"
    case .notDecimal, .divisionByZero: return "must be a decimal number such as 40 or 0.125"
    }
  }

  /// A required moment.
  public mutating func time(
    _ value: Google.ProtobufTypes.Timestamp?, _ field: String, _ range: ClosedRange<Instant>
  ) -> Instant {
    guard let value else {
      reject(field, "is required")
      return Self.earliest
    }
    let seconds =
      range.lowerBound.microseconds / Instant.microsecondsPerSecond...range.upperBound.microseconds
      / Instant.microsecondsPerSecond
    guard (0..<1_000_000_000).contains(value.nanos) else {
      reject(field, "must have 0 to 999,999,999 nanoseconds")
      return Self.earliest
    }
    guard seconds.contains(value.seconds) else {
      reject(field, "must lie between \(range.lowerBound) and \(range.upperBound)")
      return Self.earliest
    }
    return Instant(
      microseconds: value.seconds * Instant.microsecondsPerSecond + Int64(value.nanos) / 1_000)
  }

  /// A moment that may be absent.
  public mutating func optionalTime(
    _ value: Google.ProtobufTypes.Timestamp?, _ field: String, _ range: ClosedRange<Instant>
  ) -> Instant? {
    value.map { time($0, field, range) }
  }

  /// A required fact header.
  public mutating func factHeader(
    _ value: Common.V1.FactHeader?, _ field: String = "header"
  ) -> CheckedFactHeader {
    guard let header = value else {
      reject(field, "is required")
      return CheckedFactHeader(
        sourceSystem: "", sourceEventID: "", sourceSequence: 0, occurredAt: Self.earliest,
        correlationID: "")
    }
    let latest = now.advanced(seconds: Self.factFutureSeconds)
    return inside(field) { fields in
      CheckedFactHeader(
        sourceSystem: fields.text(
          header.sourceSystem, "source_system", FactIdentity.sourceSystemRule),
        sourceEventID: fields.text(
          header.sourceEventID, "source_event_id", FactIdentity.sourceEventIDRule),
        sourceSequence: fields.number(header.sourceSequence, "source_sequence", 0...Int64.max),
        occurredAt: fields.time(header.occurredAt, "occurred_at", Self.earliest...latest),
        correlationID: fields.optionalText(
          header.correlationID, "correlation_id", Self.correlationRule))
    }
  }
}
