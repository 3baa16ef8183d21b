import Foundation
import Testing

/// How a program ended.
struct Ended {
  let status: Int32
  let output: String
}

/// The root of the project.
let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()

/// The plugin that was built together with these tests; it lies beside them.
func plugin() throws -> URL {
  let folder = try #require(Bundle.main.executableURL).deletingLastPathComponent()
  let plugin = folder.appending(path: "protoc-gen-millrace")
  try #require(
    FileManager.default.isExecutableFile(atPath: plugin.path), "protoc-gen-millrace is not built")
  return plugin
}

/// Runs a program to its end, with its output and errors together.
func run(_ program: String, _ arguments: [String], path: String? = nil) throws -> Ended {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = [program] + arguments
  process.currentDirectoryURL = root
  var environment = ProcessInfo.processInfo.environment
  if let path { environment["PATH"] = path }
  process.environment = environment
  let pipe = Pipe()
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  return Ended(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
}

/// A folder that is gone after `body`.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer {
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      Issue.record("\(folder.path) is left over: \(error)")
    }
  }
  return try body(folder)
}

/// Generates one contract with the real protoc; the files by name, or what protoc said.
func generate(_ contract: String, options: String = "c_module=CSample") throws -> (
  ended: Ended, files: [String: String]
) {
  try withTemporaryFolder { folder in
    try contract.write(
      to: folder.appending(path: "sample.proto"), atomically: true, encoding: .utf8)
    let out = folder.appending(path: "out")
    try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
    let ended = try run(
      "protoc",
      [
        "-I", folder.path, "--plugin=protoc-gen-millrace=\(plugin().path)",
        "--millrace_opt=\(options)", "--millrace_out=\(out.path)", "sample.proto",
      ])
    var files: [String: String] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: out.path) {
      if let text = try? String(contentsOf: out.appending(path: name), encoding: .utf8) {
        files[name] = text
      }
    }
    return (ended, files)
  }
}
