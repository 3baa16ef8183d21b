import Environment
public import Logging

/// Reads keys again when their files change, without a restart. A file that can't be used changes
/// nothing: what was read before stays in use, and the log says why.
public struct SecretWatch: Sendable {
  /// How often it is looked, in milliseconds: an operator who has exchanged a file waits no longer.
  public static let intervalMilliseconds: Int64 = 1_000

  /// A file, and what is done with it when it has changed.
  private struct Watched: Sendable {
    let path: String
    let setting: String
    let use: @Sendable (_ path: String) async throws -> Void
    var stamp: FileStamp?
  }

  private var files: [Watched] = []
  private let logger: Logger

  /// A watch over nothing yet.
  public init(logger: Logger) { self.logger = logger }

  /// Watches a file that has been read already.
  /// - Parameters:
  ///   - setting: the key of the configuration that names it, for the log.
  ///   - use: reads the file and uses what is in it; called one at a time.
  public mutating func add(
    _ path: String, setting: String, use: @escaping @Sendable (_ path: String) async throws -> Void
  ) {
    files.append(Watched(path: path, setting: setting, use: use, stamp: FileStamp(path)))
  }

  /// Looks until the task is cancelled.
  public func run() async throws {
    var files = files
    while true {
      try await Task.sleep(for: .milliseconds(Self.intervalMilliseconds))
      for index in files.indices { await look(at: &files[index]) }
    }
  }

  private func look(at file: inout Watched) async {
    // Before it is read: what changes meanwhile is read again.
    let stamp = FileStamp(file.path)
    guard stamp != file.stamp else { return }
    file.stamp = stamp
    do {
      try await file.use(file.path)
      logger.notice("a key file was read again", metadata: ["setting": "\(file.setting)"])
    } catch {
      logger.error(
        "a key file was not read again, what it had before stays in use",
        metadata: ["setting": "\(file.setting)", "error": "\(error)"])
    }
  }
}
