/// What an API key is for: a key for tests does nothing where the plant works, and the other way
/// round.
public enum KeyEnvironment: String, Sendable, Hashable, CaseIterable {
  /// The plant's: `mr_live_…`.
  case live
  /// Tests: `mr_test_…`.
  case test

  /// What its keys begin with. All prefixes have the same length.
  var prefix: StaticString {
    switch self {
    case .live: "mr_live_"
    case .test: "mr_test_"
    }
  }
}
