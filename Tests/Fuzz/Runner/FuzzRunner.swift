import CLibFuzzer

/// Runs libFuzzer on one target: `FuzzRunner --target=NAME` with libFuzzer's own options and
/// folders behind it; without a target it prints their names. `deploy/fuzz` builds and starts it.
@main
struct FuzzRunner {
  private static let option = "--target="

  /// Read by libFuzzer's callback, which takes no context; set before it starts.
  nonisolated(unsafe) private static var target = FuzzTarget.codec

  static func main() {
    // libFuzzer ignores arguments with two dashes, and passes them on to processes it starts.
    let given = CommandLine.arguments.first { $0.hasPrefix(option) }?.dropFirst(option.count)
    guard let target = given.flatMap({ FuzzTarget(rawValue: String($0)) }) else {
      for target in FuzzTarget.allCases { print(target.rawValue, target.longestInputBytes) }
      return
    }
    Self.target = target
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    _ = LLVMFuzzerRunDriver(&count, &arguments) { data, byteCount in
      FuzzRunner.target.run(UnsafeRawBufferPointer(start: data, count: byteCount))
      return 0
    }
  }
}
