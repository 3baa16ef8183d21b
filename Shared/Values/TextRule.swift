/// What a text field may hold, and the sentence that says so when it does not.
public struct TextRule: Sendable, Hashable {
  /// Which characters are allowed.
  public enum Characters: Sendable, Hashable {
    /// A-Z a-z 0-9 . _ -
    case code
    /// ASCII from "!" to "~": no spaces, no control characters.
    case visibleASCII
    /// Any Unicode text without control characters; not only spaces.
    case visible
  }

  /// Most characters: bytes for the ASCII kinds, Unicode scalars for ``Characters/visible``.
  public let maximumLength: Int
  /// Which characters.
  public let characters: Characters

  /// A rule; the minimum length is always one: whether a field may be absent is the caller's
  /// matter.
  public init(maximumLength: Int, characters: Characters) {
    self.maximumLength = maximumLength
    self.characters = characters
  }

  /// `nil` when the text follows the rule, else the broken part of it as a sentence without the
  /// field's name.
  public func violation(of text: String) -> String? {
    if text.isEmpty { return "is required" }
    let length = text.unicodeScalars.prefix(maximumLength + 1).count
    if length > maximumLength { return "must have at most \(maximumLength) characters" }
    guard text.unicodeScalars.allSatisfy(allows) else { return "may only hold \(description)" }
    if characters == .visible, text.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
      return "must not be blank"
    }
    return nil
  }

  private func allows(_ scalar: Unicode.Scalar) -> Bool {
    switch characters {
    case .code:
      switch scalar {
      case "A"..."Z", "a"..."z", "0"..."9", ".", "_", "-": true
      default: false
      }
    case .visibleASCII: ("!"..."~").contains(scalar)
    case .visible: !(scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value))
    }
  }

  private var description: String {
    switch characters {
    case .code: "A-Z a-z 0-9 . _ -"
    case .visibleASCII: "visible ASCII characters"
    case .visible: "characters that are not control characters"
    }
  }
}

extension TextRule {
  /// What the plant's own codes look like: of items, lots, pieces, locations, work centers, partners.
  public static let businessCode = TextRule(maximumLength: 64, characters: .visible)
}
