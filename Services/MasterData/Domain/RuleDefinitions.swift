import Values

/// Which of a system's codes a rule is for.
enum CodeMatch: Sendable, Hashable {
  /// This one.
  case code(String)
  /// All that begin like this.
  case prefix(String)
}

/// Which record of a kind a system means by its codes.
struct MappingRuleDefinition: Sendable, Hashable {
  var system: String
  var kind: RecordKind
  var match: CodeMatch
  /// A record's code, or what stands in the place of the beginning.
  var target: String

  /// What a code of the system means by this rule, `nil` when it is not for it.
  func resolve(_ code: String) -> String? {
    switch match {
    case .code(let own): own == code ? target : nil
    case .prefix(let prefix):
      code.utf8.starts(with: prefix.utf8)
        ? target + String(decoding: code.utf8.dropFirst(prefix.utf8.count), as: UTF8.self) : nil
    }
  }

  /// Judges a change by what the rule was: what was resolved by it has been booked. All that may change is
  /// when it ends, from now on.
  func judge(
    _ head: RecordHead, before: (head: RecordHead, definition: MappingRuleDefinition)?,
    at now: Instant
  ) throws(RuleRejection) {
    guard let before, before.head.lifeCycle != .draft else { return }
    let isSame =
      before.definition == self && before.head.period.from == head.period.from
      && !(before.head.lifeCycle == .withdrawn && head.lifeCycle == .released)
    let (old, new) = (before.head.period.until, head.period.until)
    let endsLater = old == new || ((old ?? now) >= now && (new ?? now) >= now)
    if !isSame || !endsLater { throw .mappingRuleChanged(head.code) }
  }

  /// The same for all rules of which only one may hold at a time.
  var name: String {
    switch match {
    case .code(let code): "\(system)\n\(kind.rawValue)\n=\(code)"
    case .prefix(let prefix): "\(system)\n\(kind.rawValue)\n~\(prefix)"
    }
  }
}

/// Which system owns what.
struct OwnershipRuleDefinition: Sendable, Hashable {
  /// A kind of records, or a group of its fields: `item.purchase`.
  var subject: String
  /// Of its life; empty for all.
  var stage: String
  /// A partner's name.
  var owner: String

  /// The same for all rules of which only one may hold at a time.
  var name: String { "\(subject)\n\(stage)" }
}
