import Environment
import JSON
import Logging

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes each log message as one line of JSON to standard error, for whoever collects logs:
/// `{"time": "2026-11-26T21:00:00Z", "level": "error", "logger": "millrace.gateway", "message": "…",
/// "trace_id": "…"}`. Metadata are members beside these; one of the same name gives way.
struct JSONLogHandler: LogHandler {
  private let label: String
  private let write: @Sendable (String) -> Void
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level
  var metadataProvider: Logger.MetadataProvider?

  /// A handler for one logger.
  init(label: String, level: Logger.Level, _ provider: Logger.MetadataProvider? = nil) {
    self.init(label: label, level: level, provider) { line in
      var line = line
      // One call for the whole line, so that two threads do not write into each other's. Whether it
      // could be written, nobody could be told.
      line.withUTF8 { _ = Self.writeOut(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
  }

  init(
    label: String, level: Logger.Level, _ provider: Logger.MetadataProvider? = nil,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.label = label
    metadataProvider = provider
    self.write = write
    logLevel = level
  }

  /// The system's `write`, whose name is taken here.
  private static let writeOut: @Sendable (Int32, UnsafeRawPointer?, Int) -> Int = {
    #if canImport(Glibc)
      Glibc.write($0, $1, $2)
    #else
      Darwin.write($0, $1, $2)
    #endif
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var members: [String: JSONValue] = [:]
    for more in [metadataProvider?.get(), metadata, event.metadata] {
      for (key, value) in more ?? [:] { members[key] = .string("\(value)") }
    }
    members["time"] = .string("\(SystemClock().now)")
    members["level"] = .string(event.level.rawValue)
    members["logger"] = .string(label)
    members["message"] = .string("\(event.message)")
    write(JSONValue.object(members).text + "\n")
  }
}
