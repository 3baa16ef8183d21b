import JSON

/// The three shapes of success (contract §1).
enum OdooAnswer: Sendable, Hashable {
  /// The method returned a value.
  case result(JSONValue)
  /// Neither `result` nor `error`: the method returned nothing. A success.
  case nothing
  /// The server asks what a person would answer in a dialog. From a posting method: nothing was
  /// posted.
  case action(JSONValue)

  /// Whether it is a dialog.
  var isQuestion: Bool {
    if case .action = self { true } else { false }
  }

  /// For a case: what the dialog is about.
  var question: String {
    guard case .action(let action) = self else { return "" }
    let model = action["res_model"]?.stringValue ?? "unknown dialog"
    let name = action["name"]?.stringValue ?? ""
    return OdooWords.bounded("\(model) \(name)")
  }
}
