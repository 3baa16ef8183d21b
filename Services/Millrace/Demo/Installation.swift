import Environment
import Foundation
import Identity
import JSON
import Values

/// A Millrace installation in a directory of its own, for as long as the demo lasts: keys,
/// configurations, databases, logs, and the programs that run on them.
struct Installation: Sendable {
  /// Everything is below this directory; it is readable for its owner alone.
  let directory: String
  /// Where the programs are.
  let programs: String

  /// The one site of the demo.
  static let site = "PLANT1"

  /// The programs that are running.
  let children = Children()

  /// Makes the directory.
  /// - Parameter parent: where; nil means the system's place for temporary files.
  private init(in parent: String?) throws {
    programs = try Self.directoryOfThisProgram()
    let place = parent ?? FileManager.default.temporaryDirectory.path
    directory = place + "/millrace-\(Environment.system.identifiers.next())"
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700])
  }

  /// How often it is looked whether the servers still run, in milliseconds.
  private static let watchMilliseconds = 250

  /// Makes an installation, uses it, and leaves nothing behind: no process and no file, whether the
  /// body succeeds, fails or is cancelled. When one of the servers ends by itself, the body is
  /// cancelled and this throws ``ChildProcessError/endedEarly(name:exitCode:log:)``.
  static func use<Result: Sendable>(
    in parent: String? = nil, _ body: @escaping @Sendable (Installation) async throws -> Result
  ) async throws -> Result {
    let installation = try Installation(in: parent)
    let result: Result
    do {
      result = try await installation.whileServersRun(body)
    } catch {
      await installation.children.stopAll()
      try FileManager.default.removeItem(atPath: installation.directory)
      throw error
    }
    await installation.children.stopAll()
    try FileManager.default.removeItem(atPath: installation.directory)
    return result
  }

  private func whileServersRun<Result: Sendable>(
    _ body: @escaping @Sendable (Installation) async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask { try await body(self) }
      group.addTask {
        while !Task.isCancelled {
          if let server = children.endedServer { throw await endedEarly(server) }
          // Ends early when it is cancelled, and the loop with it.
          try? await Task.sleep(for: .milliseconds(Self.watchMilliseconds))
        }
        return nil
      }
      defer { group.cancelAll() }
      // A body that is cancelled may still have a result: it is waited for.
      while let outcome = try await group.next() {
        if let result = outcome { return result }
      }
      throw CancellationError()
    }
  }

  /// The error that says how a program ended and what it said last.
  func endedEarly(_ child: ChildProcess) async -> ChildProcessError {
    .endedEarly(name: child.name, exitCode: await child.exitCode(), log: endOfLog(child.name))
  }

  /// A file's path in the directory.
  func file(_ name: String) -> String { directory + "/" + name }

  /// Writes a file that only its owner can read.
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try SecretFile.create(file(name), bytes, isPrivate: true)
    return file(name)
  }

  /// Writes a configuration.
  func write(_ name: String, _ value: JSONValue) throws -> String {
    try write(name, value.serialized + [UInt8(ascii: "\n")])
  }

  /// Starts one of Millrace's programs; its log is `<program>.log`.
  func start(_ program: String, _ arguments: [String]) async throws -> ChildProcess {
    try await start(program, arguments, isServer: false)
  }

  private func start(
    _ program: String, _ arguments: [String], isServer: Bool
  ) async throws -> ChildProcess {
    let child = try await ChildProcess.start(
      name: program, executable: programs + "/" + program, arguments: arguments,
      errorFile: file(program + ".log"))
    children.add(child, isServer: isServer)
    return child
  }

  /// Starts a program that serves, and waits until it says where it listens.
  /// - Throws: ``ChildProcessError/endedEarly(name:exitCode:log:)``.
  func startServer(_ program: String, _ arguments: [String]) async throws -> GatewayAddress {
    let child = try await start(program, arguments, isServer: true)
    for await line in child.lines {
      if let address = Self.address(in: line) { return address }
    }
    try Task.checkCancellation()
    throw await endedEarly(child)
  }

  /// The address in `listening on 127.0.0.1:50051`; nil for any other line.
  static func address(in line: String) -> GatewayAddress? {
    let prefix = "listening on "
    guard line.hasPrefix(prefix) else { return nil }
    // Any other line is no error: a program may have more to say before it listens.
    return try? GatewayAddress(String(line.dropFirst(prefix.count)))
  }

  /// The end of a program's log, for a message.
  func endOfLog(_ name: String) -> String {
    guard let data = FileManager.default.contents(atPath: file(name + ".log")) else { return "" }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    return lines.suffix(Self.quotedLogLines).joined(separator: "\n")
  }

  /// As many of a log's last lines as help a reader and fit a screen.
  private static let quotedLogLines = 20

  private static func directoryOfThisProgram() throws -> String {
    let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(fileURLWithPath: path).deletingLastPathComponent().path
  }
}
