import Logging
import Synchronization

/// What a test's logger has been told.
final class LogLines: Sendable {
  private let lines = Mutex<[(level: Logger.Level, text: String)]>([])

  var isEmpty: Bool { lines.withLock { $0.isEmpty } }

  /// How many lines of a level have these words.
  func count(_ level: Logger.Level, _ words: String) -> Int {
    lines.withLock { $0.count { $0.level == level && $0.text.contains(words) } }
  }

  fileprivate func add(_ level: Logger.Level, _ text: String) {
    lines.withLock { $0.append((level, text)) }
  }
}

/// Collects what is logged.
struct LogCollector: LogHandler {
  private let lines: LogLines
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info

  init(_ lines: LogLines) { self.lines = lines }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    lines.add(event.level, "\(event.message)")
  }
}
