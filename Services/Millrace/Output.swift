import Foundation

/// What the tool says. Written at once: whoever reads a pipe sees each line when it
/// happens.
enum Output {
  /// Prints a line to standard output.
  static func line(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  /// Prints a line to standard error, for a person: not for the file that takes the output.
  static func note(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
