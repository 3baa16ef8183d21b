import JSON

@testable import OdooSandbox

/// Which record of the sandbox stands for which recorded one, and which name for which.
struct IDMap {
  private var forward: [String: [Int: Int]] = [:]
  private var names: [String: String] = [:]

  func sandbox(_ model: String, _ recorded: Int) -> Int? { forward[model]?[recorded] }

  /// Learns a pair. A recorded id keeps its first partner.
  mutating func learn(_ model: String, _ recorded: Int, _ sandbox: Int) {
    if forward[model]?[recorded] == nil { forward[model, default: [:]][recorded] = sandbox }
  }

  /// Sets a pair even when the recorded id had another partner.
  mutating func set(_ model: String, _ recorded: Int, _ sandbox: Int) {
    forward[model, default: [:]][recorded] = sandbox
  }

  func knows(_ model: String, sandbox: Int) -> Bool {
    forward[model]?.values.contains(sandbox) ?? false
  }

  /// Numbers of documents that a sequence gives out.
  private static var numbered: Regex<Substring> { /(?:WH\/MO|SP|UB)\/\d{5}/ }

  /// The recorded text with the sandbox's document numbers; unknown ones are learned from the
  /// sandbox's text.
  mutating func translate(_ recorded: String, learningFrom actual: String?) -> String {
    let wanted = recorded.matches(of: Self.numbered).map { String($0.output) }
    let found = (actual ?? "").matches(of: Self.numbered).map { String($0.output) }
    for (old, new) in zip(wanted, found) where names[old] == nil && wanted.count == found.count {
      names[old] = new
    }
    var result = recorded
    for old in Set(wanted) { result = result.replacing(old, with: names[old] ?? old) }
    return recordSets(result)
  }

  /// `mrp.production(28, 29)` with the sandbox's ids.
  private func recordSets(_ text: String) -> String {
    text.replacing(/([a-z_.]+)\((\d[\d, ]*)\)/) { match in
      let ids = match.2.split(separator: ",").compactMap { Int($0.filter(\.isNumber)) }
      let own = ids.map { String(forward[String(match.1)]?[$0] ?? $0) }
      let end = match.2.hasSuffix(",") ? "," : ""
      return "\(match.1)(\(own.joined(separator: ", "))\(end))"
    }
  }
}
