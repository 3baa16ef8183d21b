/// That a record names another one.
struct RecordReference: Sendable, Hashable {
  /// The field that does: `lines[3].item`.
  let field: String
  /// What it names.
  let kind: RecordKind
  /// By which code.
  let code: String

  init(_ field: String, _ kind: RecordKind, _ code: String) {
    self.field = field
    self.kind = kind
    self.code = code
  }

  /// What it names it for, the same for all lines: `lines.item`. It is stored.
  var role: String {
    guard let open = field.firstIndex(of: "["), let close = field.firstIndex(of: "]") else {
      return field
    }
    return String(field[..<open] + field[field.index(after: close)...])
  }
}
