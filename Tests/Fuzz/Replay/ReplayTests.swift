import Foundation
import Seeds
import Testing

/// The fuzz targets without libFuzzer. A broken property ends the process: the lines printed before
/// say which input it was. MILLRACE_TEST_SEED=N repeats the mutations of a run.
@Suite(.serialized) struct `A fuzz target` {
  /// Mutated inputs per target; a debug build runs them in about a second.
  private static let mutations = 500

  @Test(arguments: FuzzTarget.allCases)
  func `holds its properties for every kept input`(target: FuzzTarget) throws {
    let inputs = try KeptInput.all(of: target)
    #expect(!inputs.isEmpty, "a target without inputs finds nothing")
    let current = try CurrentInput(target)
    defer { current.remove() }
    for input in inputs { try current.run(input.bytes, input.name) }
  }

  @Test(arguments: FuzzTarget.allCases)
  func `holds its properties for mutations of them`(target: FuzzTarget) throws {
    let inputs = try KeptInput.all(of: target).map(\.bytes)
    let seed = TestSeed(of: "mutations for \(target.rawValue)")
    var mutator = Mutator(seed, inputs: inputs, longestBytes: target.longestInputBytes)
    let current = try CurrentInput(target)
    defer { current.remove() }
    for number in 0..<Self.mutations { try current.run(mutator.next(), "mutation \(number)") }
  }
}

/// A file of Corpora or Failures.
struct KeptInput {
  let name: String
  let bytes: [UInt8]

  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Those of a target, in the order of their names.
  static func all(of target: FuzzTarget) throws -> [KeptInput] {
    try ["Corpora", "Failures"].flatMap { kind -> [KeptInput] in
      let folder = folder.appending(path: "\(kind)/\(target.rawValue)")
      // A target that never failed has no folder of failures.
      guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
      return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
        KeptInput(
          name: "\(kind)/\(target.rawValue)/\($0)",
          bytes: Array(try Data(contentsOf: folder.appending(path: $0))))
      }
    }
  }
}

/// Keeps the input that is running in a file, because a broken property ends the process.
private struct CurrentInput {
  private let target: FuzzTarget
  private let file: URL

  init(_ target: FuzzTarget) throws {
    self.target = target
    file = FileManager.default.temporaryDirectory
      .appending(path: "millrace-fuzz-\(target.rawValue)-\(UUID().uuidString)")
    print("\(target.rawValue): should the process end here, its input is in \(file.path)")
  }

  func run(_ bytes: [UInt8], _ name: String) throws {
    try Data(bytes).write(to: file)
    bytes.withUnsafeBytes { target.run($0) }
  }

  func remove() {
    // A run without inputs has left none.
    if FileManager.default.fileExists(atPath: file.path) { unlink(file.path) }
  }
}
