import Testing
import Values

@Suite("States as contracts name them")
struct ContractStateTests {
  private enum Sample: ContractState {
    case open
    case confirmedWithChanges
    case inTransit
  }

  @Test("A case's name is written in the contract's way")
  func names() {
    #expect(Sample.allCases.map(\.name) == ["OPEN", "CONFIRMED_WITH_CHANGES", "IN_TRANSIT"])
  }
}
