import Environment
import Seeds
import Testing
import Values

@testable import MasterData

@Suite("Mapping rules")
struct MappingRulesTests {
  private static func rule(
    _ name: String, _ match: CodeMatch, _ target: String, _ period: EffectivePeriod = .always
  ) -> MappingRules.Rule {
    MappingRules.Rule(
      name: name,
      definition: MappingRuleDefinition(system: "mes", kind: .item, match: match, target: target),
      period: period)
  }

  @Test("The rule for the one code goes before those for many, a longer beginning before a shorter")
  func precedence() {
    var rules = MappingRules()
    for rule in [
      Self.rule("all", .prefix(""), ""), Self.rule("a", .prefix("A-"), ""),
      Self.rule("ab", .prefix("A-B"), "X"), Self.rule("one", .code("A-B1"), "Y"),
    ] { rules.add(rule) }
    let now = Instant(seconds: 0)
    let found = ["Q", "A-7", "A-B7", "A-B1"].map { rules.meaning(of: $0, at: now) }
    #expect(found.map { $0?.code } == ["Q", "7", "X7", "Y"])
    #expect(found.map { $0?.rule } == ["all", "a", "ab", "one"])
    rules.remove(Self.rule("one", .code("A-B1"), "Y"))
    #expect(rules.meaning(of: "A-B1", at: now)?.code == "X1")
  }

  @Test("Of rules that follow each other the one of the moment is asked, whatever their order")
  func periods() {
    let seed = TestSeed(of: "mapping rules with dates")
    for part in 0..<200 {
      var random = seed.generator(part: UInt64(part))
      let all = Self.following(&random)
      var rules = MappingRules()
      for rule in all { rules.add(rule) }
      for _ in 0..<50 {
        let moment = Instant(seconds: .random(in: 0..<1_000, using: &random))
        let holding = all.filter { $0.period.contains(moment) }
        #expect(holding.count <= 1)
        #expect(rules.meaning(of: "A", at: moment)?.rule == holding.first?.name)
      }
      for rule in all { rules.remove(rule) }
      #expect(rules.meaning(of: "A", at: Instant(seconds: 500)) == nil)
    }
  }

  /// Rules for one code with dates that don't overlap, some with gaps between, in any order.
  private static func following(_ random: inout SeededGenerator) -> [MappingRules.Rule] {
    let times = Set((0..<7).map { _ in Int64.random(in: 0..<1_000, using: &random) }).sorted()
    var all: [MappingRules.Rule] = []
    for (begin, end) in zip(times, times.dropFirst())
    where Int.random(in: 0..<4, using: &random) > 0 {
      let period = EffectivePeriod(from: Instant(seconds: begin), until: Instant(seconds: end))
      all.append(rule("from \(begin)", .code("A"), "target", period ?? .always))
    }
    return all.shuffled(using: &random)
  }
}
