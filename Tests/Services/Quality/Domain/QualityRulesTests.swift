import Testing
import Values

@testable import Quality

@Suite("Quality's rules")
struct QualityRulesTests {
  @Test("A value exactly at a limit is within it, one step beyond is not")
  func limits() throws {
    let table: [(lower: String, upper: String, value: String, passes: Bool)] = [
      ("9.9", "10.1", "9.9", true), ("9.9", "10.1", "10.1", true),
      ("9.9", "10.1", "9.899999", false), ("9.9", "10.1", "10.100001", false),
      ("", "10.1", "-273", true), ("-5", "", "-5", true), ("-5", "", "-5.000001", false),
      ("5", "5", "5", true),
    ]
    for row in table {
      let judgement = Judgement.measured(
        lower: try? Quantity(decimal: row.lower), upper: try? Quantity(decimal: row.upper))
      let passes = judgement.passes(try Quantity(decimal: row.value), seen: !row.passes)
      #expect(passes == row.passes, "\(row)")
    }
    #expect(!Judgement.measured(lower: nil, upper: .zero).passes(nil, seen: true))
    #expect(Judgement.attribute.passes(nil, seen: true))
    #expect(!Judgement.attribute.passes(.zero, seen: false))
  }

  @Test("As many failed samples as the plan accepts still pass")
  func sampling() {
    for (accepting, failed, verdict) in [
      (0, 0, InspectionState.passed), (0, 1, .failed), (2, 2, .passed), (2, 3, .failed),
    ] {
      let plan = SamplePlan(characteristics: 3, sampleSize: 5, acceptanceNumber: accepting)
      #expect(plan.verdict(failedSamples: failed) == verdict)
      #expect(plan.resultsNeeded == 15)
    }
  }

  @Test("A nonconformance goes one way, step by step")
  func nonconformances() {
    #expect(
      NonconformanceState.allCases.map(\.next) == [
        .underReview, .dispositioned, .verified, .closed, nil,
      ])
    #expect(
      NonconformanceState.allCases.filter(\.isDecided) == [
        .dispositioned, .verified, .closed,
      ])
    for disposition in Disposition.allCases {
      #expect(
        disposition.holdsBecome == (disposition == .scrap ? .convertedToScrap : .released))
    }
  }

  @Test("A walk meets every edge once, nearest first, also in a circle")
  func walk() {
    struct Edge: Identifiable { let id: Int; let from: Int; let to: Int }
    let edges = [(1, 2), (2, 3), (3, 1), (1, 3), (3, 4)].enumerated().map {
      Edge(id: $0.offset, from: $0.element.0, to: $0.element.1)
    }
    func walk(depth: Int, most: Int) -> (ids: [Int], depths: [Int], isTruncated: Bool) {
      let found = TraceWalk<Int, Edge>(maximumDepth: depth, maximumEdges: most).walk(from: 1) {
        node, _ in
        edges.filter { $0.from == node }
      } end: {
        $0.to
      }
      return (found.steps.map(\.edge.id), found.steps.map(\.depth), found.isTruncated)
    }
    let all = walk(depth: 9, most: 9)
    #expect(all.ids == [0, 3, 1, 2, 4] && all.depths == [1, 1, 2, 2, 2] && !all.isTruncated)
    let near = walk(depth: 1, most: 9)
    #expect(near.ids == [0, 3] && near.isTruncated)
    let few = walk(depth: 9, most: 3)
    #expect(few.ids == [0, 3, 1] && few.isTruncated)
    #expect(!walk(depth: 2, most: 5).isTruncated, "nothing was left out")
  }
}
