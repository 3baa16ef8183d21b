public import Contracts
public import Values

extension Google.ProtobufTypes.Timestamp {
  /// The contract's form of a moment.
  public init(_ instant: Instant) {
    self.init()
    // Rounded down, so that the nanoseconds are never negative.
    let microseconds = instant.microseconds
    let remainder = microseconds % Instant.microsecondsPerSecond
    let positive = remainder < 0 ? remainder + Instant.microsecondsPerSecond : remainder
    seconds = (microseconds - positive) / Instant.microsecondsPerSecond
    nanos = Int32(positive) * 1_000
  }
}

extension Common.V1.Quantity {
  /// The contract's form of an amount.
  public init(_ amount: Amount) {
    self.init()
    value = amount.value.description
    unit = amount.unit
  }
}

extension Common.V1.FactHeader {
  /// The contract's form of a header.
  public init(_ header: CheckedFactHeader) {
    self.init()
    sourceSystem = header.sourceSystem
    sourceEventID = header.sourceEventID
    sourceSequence = header.sourceSequence
    occurredAt = .init(header.occurredAt)
    correlationID = header.correlationID
  }
}

extension Google.ProtobufTypes.Timestamp {
  /// The moment, to the microsecond.
  public var instant: Instant {
    Instant(microseconds: seconds * Instant.microsecondsPerSecond + Int64(nanos) / 1_000)
  }
}

/// The raw values are the contract's numbers, so the translation cannot go astray; tests compare the
/// names.
extension Common.V1.Tracking {
  /// The contract's form.
  public init(_ tracking: Tracking) { self.init(rawValue: Int32(tracking.rawValue)) }
}

extension Tracking {
  /// `nil` for tracking that is not set or not known.
  public init?(_ tracking: Common.V1.Tracking) { self.init(rawValue: Int64(tracking.rawValue)) }
}
