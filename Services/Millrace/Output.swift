import Foundation

/// The tool's standard output. Written at once: whoever reads a pipe sees each line when it
/// happens.
enum Output {
  /// Prints a line.
  static func line(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }
}
