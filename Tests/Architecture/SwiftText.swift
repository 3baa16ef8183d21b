/// A Swift source split into what is code, what is inside string literals, and what is comment.
/// Good enough to judge imports and literals; it does not parse the language. Works on bytes: the
/// whole project is read in every run of the tests.
struct SwiftText {
  /// The text with comments and the contents of string literals left out.
  let code: String
  /// The contents of the string literals, in order.
  let strings: [String]

  init(_ text: String) {
    var scanner = Scanner(text)
    scanner.scanCode(untilClosingParenthesis: false)
    code = String(decoding: scanner.code, as: UTF8.self)
    strings = scanner.strings
  }

  /// The names of the imported modules; a submodule counts as its module.
  var imports: [String] {
    code.utf8.split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard let text = String(line), text.contains("import ") else { return nil }
      var words = text.split(separator: " ").map(String.init)
      words.removeAll { $0.hasPrefix("@") || Self.accessLevels.contains($0) }
      guard words.first == "import", words.count > 1 else { return nil }
      let module = Self.kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
      return module.split(separator: ".").first.map(String.init)
    }
  }

  private static let accessLevels: Set = [
    "fileprivate", "internal", "package", "private", "public",
  ]
  private static let kinds: Set = [
    "class", "enum", "func", "let", "protocol", "struct", "typealias", "var",
  ]
}

private struct Scanner {
  var code: [UInt8] = []
  var strings: [String] = []
  private let bytes: [UInt8]
  private var place = 0

  init(_ text: String) {
    bytes = Array(text.utf8)
    code.reserveCapacity(bytes.count)
  }

  /// Where anything but plain code may begin or end.
  private static let special = Array("/\"#()".utf8)

  private var isAtEnd: Bool { place >= bytes.count }

  private func sees(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { sees($0) }
  }

  private func sees(_ wanted: some Collection<UInt8>) -> Bool {
    place + wanted.count <= bytes.count && bytes[place..<place + wanted.count].elementsEqual(wanted)
  }

  mutating func scanCode(untilClosingParenthesis: Bool) {
    var depth = 0
    while !isAtEnd {
      let byte = bytes[place]
      if !Self.special.contains(byte) {
        code.append(byte)
        place += 1
      } else if sees("//") {
        while !isAtEnd, bytes[place] != UInt8(ascii: "\n") { place += 1 }
      } else if sees("/*") {
        skipBlockComment()
      } else if byte == UInt8(ascii: "\"") || (byte == UInt8(ascii: "#") && opensRawString) {
        scanString()
      } else {
        if byte == UInt8(ascii: "(") { depth += 1 }
        if byte == UInt8(ascii: ")") {
          if untilClosingParenthesis, depth == 0 { return }
          depth -= 1
        }
        code.append(byte)
        place += 1
      }
    }
  }

  private var opensRawString: Bool {
    bytes[place...].first { $0 != UInt8(ascii: "#") } == UInt8(ascii: "\"")
  }

  private mutating func skipBlockComment() {
    var depth = 0
    repeat {
      if sees("/*") {
        depth += 1
        place += 2
      } else if sees("*/") {
        depth -= 1
        place += 2
      } else {
        place += 1
      }
    } while depth > 0 && !isAtEnd
  }

  private mutating func scanString() {
    let hashes = Array(bytes[place...].prefix { $0 == UInt8(ascii: "#") })
    place += hashes.count
    let quote = Array((sees("\"\"\"") ? "\"\"\"" : "\"").utf8)
    place += quote.count
    let end = quote + hashes
    let escape = [UInt8(ascii: "\\")] + hashes
    let interpolation = escape + [UInt8(ascii: "(")]
    var content: [UInt8] = []
    while !isAtEnd, !sees(end) {
      if sees(interpolation) {
        place += interpolation.count
        content.append(UInt8(ascii: "?"))
        scanCode(untilClosingParenthesis: true)
        place += 1
      } else if sees(escape) {
        content.append(contentsOf: bytes[place...].dropFirst(escape.count).prefix(1))
        place += escape.count + 1
      } else {
        content.append(bytes[place])
        place += 1
      }
    }
    place += end.count
    strings.append(String(decoding: content, as: UTF8.self))
    code.append(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: "\"")])
  }
}
