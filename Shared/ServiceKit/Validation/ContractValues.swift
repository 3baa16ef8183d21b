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
