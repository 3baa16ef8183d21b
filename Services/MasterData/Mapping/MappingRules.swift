import Values

/// The rules for the codes of one system, for one kind at one site, ready to be asked thousands of times.
struct MappingRules: Sendable {
  /// A rule in use.
  struct Rule: Sendable, Hashable {
    /// Its own code.
    var name: String
    var definition: MappingRuleDefinition
    var period: EffectivePeriod
  }

  /// What a code means.
  struct Meaning: Sendable, Hashable {
    var code: String
    /// The rule that says so.
    var rule: String
  }

  private var exact: [String: [Rule]] = [:]
  /// By the number of bytes of their beginnings, the longest first.
  private var prefixes: [Rule] = []

  /// Takes a rule in.
  mutating func add(_ rule: Rule) {
    switch rule.definition.match {
    case .code(let code): exact[code, default: []].append(rule)
    case .prefix(let prefix):
      let length = prefix.utf8.count
      let place =
        prefixes.firstIndex { Self.length($0) < length } ?? prefixes.endIndex
      prefixes.insert(rule, at: place)
    }
  }

  /// Takes a rule out.
  mutating func remove(_ rule: Rule) {
    switch rule.definition.match {
    case .code(let code):
      exact[code]?.removeAll { $0.name == rule.name }
      if exact[code]?.isEmpty == true { exact[code] = nil }
    case .prefix: prefixes.removeAll { $0.name == rule.name }
    }
  }

  /// What a code means at a moment, `nil` when no rule is for it: the rule for the one code goes before
  /// those for many, a longer beginning before a shorter one.
  func meaning(of code: String, at moment: Instant) -> Meaning? {
    if let rule = exact[code]?.first(where: { $0.period.contains(moment) }) {
      return Meaning(code: rule.definition.target, rule: rule.name)
    }
    for rule in prefixes where rule.period.contains(moment) {
      if let target = rule.definition.resolve(code) {
        return Meaning(code: target, rule: rule.name)
      }
    }
    return nil
  }

  private static func length(_ rule: Rule) -> Int {
    guard case .prefix(let prefix) = rule.definition.match else { return 0 }
    return prefix.utf8.count
  }
}
