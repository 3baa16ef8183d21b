import Contracts
import Identity
import RecordStore
import ServiceKit
import Testing
import Values

@testable import Quality

@Suite("Quality as a whole")
struct QualityServiceTests {
  @Test("Every method of the contracts is routed, and nothing else")
  func routes() {
    let incarnation = Incarnation(Identifier(high: 1, low: 2))
    let routed = QualityService.routes(incarnation, []).map(\.path)
    let feed = Events.V1.EventFeedService.methodNames.filter { $0 != "ReportOutcome" }
    let contracts =
      Quality.V1.QualityService.methodNames.map { "/\(Quality.V1.QualityService.name)/\($0)" }
      + feed.map { "/\(Events.V1.EventFeedService.name)/\($0)" }
    #expect(routed.sorted() == contracts.sorted())
  }

  @Test("The rules' enumerations have the contract's numbers and names")
  func enumerations() {
    func bare(_ name: String) -> String { name.replacing("_", with: "").uppercased() }
    for state in HoldState.allCases {
      #expect(bare("\(Quality.V1.HoldState(rawValue: state.rawValue))") == bare(state.name))
    }
    for state in InspectionState.allCases {
      #expect(bare("\(Quality.V1.InspectionState(rawValue: state.rawValue))") == bare(state.name))
    }
    for state in NonconformanceState.allCases {
      #expect(
        bare("\(Quality.V1.NonconformanceState(rawValue: state.rawValue))") == bare(state.name))
    }
    #expect(Quality.V1.Disposition.useAsIs.rawValue == Disposition.useAsIs.rawValue)
    #expect(Quality.V1.Disposition.rework.rawValue == Disposition.rework.rawValue)
    #expect(Quality.V1.Disposition.scrap.rawValue == Disposition.scrap.rawValue)
    #expect(Quality.V1.Disposition.return.rawValue == Disposition.returnToSupplier.rawValue)
    #expect(Quality.V1.TraceDirection.forward.rawValue == TraceDirection.forward.rawValue)
  }
}
