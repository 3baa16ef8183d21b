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

  /// Makes an installation, uses it, and leaves nothing behind: no process and no file, whether the
  /// body succeeds, fails or is cancelled.
  static func use<Result>(
    in parent: String? = nil, _ body: (Installation) async throws -> Result
  ) async throws -> Result {
    let installation = try Installation(in: parent)
    let result: Result
    do {
      result = try await body(installation)
    } catch {
      await installation.children.stopAll()
      try FileManager.default.removeItem(atPath: installation.directory)
      throw error
    }
    await installation.children.stopAll()
    try FileManager.default.removeItem(atPath: installation.directory)
    return result
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
    let child = try await ChildProcess.start(
      name: program, executable: programs + "/" + program, arguments: arguments,
      errorFile: file(program + ".log"))
    children.add(child)
    return child
  }

  /// Starts a program that serves, and waits until it says where it listens.
  /// - Throws: ``ChildProcessError/endedEarly(name:exitCode:log:)``.
  func startServer(_ program: String, _ arguments: [String]) async throws -> GatewayAddress {
    let child = try await start(program, arguments)
    for await line in child.lines {
      if let address = Self.address(in: line) { return address }
    }
    try Task.checkCancellation()
    throw ChildProcessError.endedEarly(
      name: program, exitCode: await child.exitCode(), log: endOfLog(program))
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
