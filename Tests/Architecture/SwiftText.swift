/// A Swift source split into what is code, what is inside string literals, and what is comment.
/// Good enough to judge imports and literals; it does not parse the language.
struct SwiftText {
  /// The text with comments and the contents of string literals left out.
  private(set) var code = ""
  /// The contents of the string literals, in order.
  private(set) var strings: [String] = []
  private var rest: Substring

  init(_ text: String) {
    rest = text[...]
    scanCode(untilClosingParenthesis: false)
  }

  /// The names of the imported modules; a submodule counts as its module.
  var imports: [String] {
    code.split(separator: "\n").compactMap { line in
      var words = line.split(separator: " ").map(String.init)
      words.removeAll { $0.hasPrefix("@") || Self.accessLevels.contains($0) }
      guard words.first == "import", words.count > 1 else { return nil }
      let kinds: Set = ["class", "enum", "func", "let", "protocol", "struct", "typealias", "var"]
      let module = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
      return module.split(separator: ".").first.map(String.init)
    }
  }

  private static let accessLevels: Set = [
    "fileprivate", "internal", "package", "private", "public",
  ]

  private mutating func scanCode(untilClosingParenthesis: Bool) {
    var depth = 0
    while let character = rest.first {
      if rest.hasPrefix("//") {
        rest = rest[(rest.firstIndex(of: "\n") ?? rest.endIndex)...]
      } else if rest.hasPrefix("/*") {
        skipBlockComment()
      } else if character == "\"" || (character == "#" && opensRawString) {
        scanString()
      } else {
        if character == "(" { depth += 1 }
        if character == ")" {
          if untilClosingParenthesis, depth == 0 { return }
          depth -= 1
        }
        code.append(character)
        rest.removeFirst()
      }
    }
  }

  private var opensRawString: Bool { rest.drop { $0 == "#" }.first == "\"" }

  private mutating func skipBlockComment() {
    var depth = 0
    repeat {
      if rest.hasPrefix("/*") {
        depth += 1
        rest.removeFirst(2)
      } else if rest.hasPrefix("*/") {
        depth -= 1
        rest.removeFirst(2)
      } else {
        rest.removeFirst()
      }
    } while depth > 0 && !rest.isEmpty
  }

  private mutating func scanString() {
    let hashes = String(rest.prefix { $0 == "#" })
    rest.removeFirst(hashes.count)
    let quote = rest.hasPrefix("\"\"\"") ? "\"\"\"" : "\""
    rest.removeFirst(quote.count)
    let end = quote + hashes
    let escape = "\\" + hashes
    var content = ""
    while !rest.isEmpty, !rest.hasPrefix(end) {
      if rest.hasPrefix(escape + "(") {
        rest.removeFirst(escape.count + 1)
        content.append("?")
        scanCode(untilClosingParenthesis: true)
        rest = rest.dropFirst()
      } else if rest.hasPrefix(escape) {
        rest.removeFirst(escape.count)
        content.append(rest.popFirst().map(String.init) ?? "")
      } else {
        content.append(rest.removeFirst())
      }
    }
    rest = rest.dropFirst(end.count)
    strings.append(content)
    code.append("\"\"")
  }
}
