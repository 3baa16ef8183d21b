import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `StreamReports`: reports as fast as machines make them.
struct StreamReports: StreamOperation {
  static let method = Production.V1.ProductionService.streamReports

  let item: ReportProduction

  func site(of request: Production.V1.StreamReportsRequest) -> String? { request.report?.site }

  func offset(of request: Production.V1.StreamReportsRequest) -> Int64 { request.offset }

  func validate(_ request: Production.V1.StreamReportsRequest, _ fields: inout Fields) -> Input {
    BatchItem("report", fields) { item.validate(request.report ?? .init(), &$0) }
  }

  func response(
    _ outcomes: [(offset: Int64, outcome: BatchOutcome<Production.V1.ReportProductionResponse>)]
  ) -> Production.V1.StreamReportsResponse {
    .with {
      $0.acknowledgedOffset = outcomes.last?.offset ?? 0
      for (offset, outcome) in outcomes {
        switch outcome {
        case .answered(let answer) where answer.receipt == .duplicate: $0.duplicateCount += 1
        case .answered: $0.acceptedCount += 1
        case .rejected(let rejection):
          $0.rejections.append(
            .with {
              $0.offset = offset
              $0.rejection = rejection
            })
        }
      }
    }
  }
}
