/// One metric with all its samples, as Prometheus reads it (text exposition format 0.0.4).
public struct MetricFamily: Sendable, Hashable {
  /// How its values move.
  public enum Kind: String, Sendable, Hashable {
    /// Only upwards, from 0 at the program's start.
    case counter
    /// Up and down.
    case gauge
    /// Counts of observations up to bounds.
    case histogram
  }

  /// One value.
  public struct Sample: Sendable, Hashable {
    /// What follows the family's name: `_bucket`, `_sum`, `_count` of a histogram.
    var suffix = ""
    /// What tells samples of one family apart: names of methods, statuses, sites; never an order's.
    var labels: [Label]
    var value: Double
  }

  /// A label and its value.
  public struct Label: Sendable, Hashable {
    let name: String
    let value: String

    /// A label of its parts; the name is one of Prometheus's (letters, digits, `_`).
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  let name: String
  let kind: Kind
  let help: String
  private(set) var samples: [Sample] = []

  /// A metric without samples.
  /// - Parameters:
  ///   - name: with the unit at its end (`_seconds`, `_bytes`), of a counter then `_total`.
  ///   - help: one line for a person.
  public init(_ name: String, _ kind: Kind, help: String) {
    self.name = name
    self.kind = kind
    self.help = help
  }

  /// A metric with one sample.
  public init(_ name: String, _ kind: Kind, help: String, value: Double) {
    self.init(name, kind, help: help)
    add(value)
  }

  /// Adds a sample.
  public mutating func add(_ value: Double, _ labels: [Label] = []) {
    samples.append(Sample(labels: labels, value: value))
  }

  mutating func add(_ value: Double, suffix: String, _ labels: [Label]) {
    samples.append(Sample(suffix: suffix, labels: labels, value: value))
  }
}

extension MetricFamily {
  /// What Prometheus reads of these.
  static func text(_ families: [MetricFamily]) -> String {
    families.map(\.text).joined()
  }

  private var text: String {
    let lines = samples.map { sample in
      "\(name)\(sample.suffix)\(Self.text(sample.labels)) \(Self.text(sample.value))\n"
    }
    return "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n" + lines.joined()
  }

  private static func text(_ labels: [Label]) -> String {
    guard !labels.isEmpty else { return "" }
    let parts = labels.map { "\($0.name)=\"\(escaped($0.value))\"" }
    return "{" + parts.joined(separator: ",") + "}"
  }

  /// Whole numbers without a fraction: `17`, not `17.0`.
  private static func text(_ value: Double) -> String {
    if value == .infinity { return "+Inf" }
    return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
  }

  private static func escaped(_ value: String) -> String {
    value.reduce(into: "") { text, character in
      switch character {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.append(character)
      }
    }
  }
}
