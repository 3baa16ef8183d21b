import Foundation
import SwiftProtobufPluginLibrary

/// Room for the text of a comment: 100 columns less indentation and `/// `.
private let commentWidth = 88

extension ProvidesSourceCodeLocation {
  /// The contract's comment as documentation; without one, `otherwise`. Paragraphs with a line too
  /// long for Swift's 100 columns are set anew.
  func documentation(otherwise: String) -> [String] {
    let text = protoSourceComments(commentPrefix: "")
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    let paragraphs = lines.split(separator: "").map { fitted(Array($0)) }
    guard !paragraphs.isEmpty else { return ["/// \(otherwise)"] }
    return Array(paragraphs.joined(separator: [""])).map { $0.isEmpty ? "///" : "/// \($0)" }
  }
}

private func fitted(_ lines: [String]) -> [String] {
  guard lines.contains(where: { $0.count > commentWidth }) else { return lines }
  var result: [String] = []
  for word in lines.flatMap({ $0.split(separator: " ") }) {
    if let last = result.last, last.count + 1 + word.count <= commentWidth {
      result[result.count - 1] = "\(last) \(word)"
    } else {
      result.append(String(word))
    }
  }
  return result
}

extension CodePrinter {
  /// One line after the other.
  mutating func lines(_ lines: [String]) {
    for line in lines { print(line) }
  }

  /// `head {`, the body indented, `}`.
  mutating func block(_ head: String, _ body: (inout CodePrinter) -> Void) {
    print("\(head) {")
    withIndentation { body(&$0) }
    print("}")
  }

  /// A printer that ends its lines.
  static func lines() -> CodePrinter {
    CodePrinter(addNewlines: true)
  }
}
