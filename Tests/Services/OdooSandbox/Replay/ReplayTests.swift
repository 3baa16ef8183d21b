import JSON
import Testing

@testable import OdooSandbox

@Suite("The sandbox against recordings of a real Odoo")
struct ReplayTests {
  @Test("answers as recorded, apart from what is listed", arguments: Flow.all)
  func answersAsRecorded(_ flow: Flow) throws {
    var replayer = try Replayer(flow)
    let differences = try replayer.run()
    let excluded = Exclusion.all.filter { $0.belongs(to: flow) }
    let excludedSteps = excluded.flatMap(\.steps)
    #expect(excludedSteps.count == Set(excludedSteps).count, "a step is listed twice")
    for (step, problems) in differences.sorted(by: { $0.key < $1.key })
    where !excludedSteps.contains(step) {
      let note = replayer.recording.steps[step].note
      Issue.record("\(flow.name) step \(step) (\(note)): \(problems.joined(separator: "\n    "))")
    }
    for step in replayer.recording.steps {
      let isExcluded = excludedSteps.contains(step.index)
      if step.observed != nil, step.request == nil {
        #expect(
          isExcluded, "\(flow.name) step \(step.index) sums up parallel calls and must be listed")
      } else if isExcluded {
        #expect(
          differences[step.index] != nil,
          "\(flow.name) step \(step.index) answers as recorded: take it off the list")
      }
    }
    #expect(excludedSteps.allSatisfy { replayer.recording.steps.indices.contains($0) })
  }

  @Test("every listed exclusion belongs to a replayed flow and says why")
  func everyExclusionIsUsed() {
    for exclusion in Exclusion.all {
      #expect(Flow.all.contains { exclusion.belongs(to: $0) })
      #expect(!exclusion.reason.isEmpty && !exclusion.steps.isEmpty)
    }
  }
}
