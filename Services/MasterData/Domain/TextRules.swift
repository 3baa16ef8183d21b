import Values

/// What texts of records look like, beside codes.
enum RecordText {
  /// What people call something.
  static let description = TextRule(maximumLength: 256, characters: .visible)
  /// Something short for people.
  static let name = TextRule(maximumLength: 64, characters: .visible)
  /// A system's name.
  static let system = TextRule(maximumLength: 64, characters: .code)
  /// Another system's code.
  static let foreignCode = TextRule(maximumLength: 128, characters: .visible)
}
