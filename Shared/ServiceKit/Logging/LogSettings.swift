public import Logging

/// How a program logs.
///
/// ```json
/// "log": {"format": "json", "level": "info"}
/// ```
public struct LogSettings: Sendable, Hashable {
  /// How a message is written.
  public enum Format: String, Sendable, Hashable, CaseIterable {
    /// A line for a person.
    case text
    /// A line of JSON for whoever collects logs.
    case json
  }

  /// How messages are written.
  public let format: Format
  /// From which level on they are.
  public let level: Logger.Level

  /// Settings of their parts.
  public init(format: Format = .text, level: Logger.Level = .info) {
    self.format = format
    self.level = level
  }

  /// Makes swift-log write to standard error like this. Call it once, first thing in a program.
  public func bootstrap() {
    let (format, level) = (format, level)
    LoggingSystem.bootstrap(
      { label, provider in
        switch format {
        case .json: return JSONLogHandler(label: label, level: level, provider)
        case .text:
          var handler = StreamLogHandler.standardError(label: label, metadataProvider: provider)
          handler.logLevel = level
          return handler
        }
      }, metadataProvider: TraceContext.logMetadata)
  }
}

extension Settings {
  /// How a program logs, from the key `log`.
  public func log() -> LogSettings {
    let section = section("log")
    return LogSettings(
      format: section.oneOf("format", LogSettings.Format.allCases, default: .text),
      level: section.oneOf("level", Logger.Level.allCases, default: .info))
  }

  private func oneOf<Choice: RawRepresentable<String>>(
    _ key: String, _ choices: [Choice], default fallback: Choice
  ) -> Choice {
    let text = text(key, default: fallback.rawValue)
    if let choice = Choice(rawValue: text) { return choice }
    reject(key, "must be \(choices.map(\.rawValue).joined(separator: ", "))")
    return fallback
  }
}
