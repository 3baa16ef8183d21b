import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ReportProductionBatch`: several reports, each as if it came by itself.
struct ReportProductionBatch: BatchOperation {
  static let method = Production.V1.ProductionService.reportProductionBatch
  /// Most reports of one batch: some 100 KB, and some 50 ms of the writer's time.
  static let maximumReports = 500

  let item: ReportProduction

  func site(of request: Production.V1.ReportProductionBatchRequest) -> String? { request.site }

  func validate(_ request: Production.V1.ReportProductionBatchRequest, _ fields: inout Fields)
    -> Input
  {
    _ = fields.site(request.site)
    if request.reports.isEmpty { fields.reject("reports", "must have at least one entry") }
    guard request.reports.count <= Self.maximumReports else {
      fields.reject("reports", "must have at most \(Self.maximumReports) entries")
      return []
    }
    let checked = fields
    return request.reports.enumerated().map { place, report in
      BatchItem("reports[\(place)]", checked) { fields in
        if !report.site.isEmpty, report.site != request.site {
          fields.reject("site", "must be empty, or the batch's")
        }
        var atSite = report
        atSite.site = request.site
        return item.validate(atSite, &fields)
      }
    }
  }

  func response(_ outcomes: [BatchOutcome<Production.V1.ReportProductionResponse>])
    -> Production.V1.ReportProductionBatchResponse
  {
    .with {
      $0.outcomes = outcomes.map { outcome in
        .with {
          switch outcome {
          case .answered(let answer):
            $0.receipt = answer.receipt
            $0.reportID = answer.reportID
            $0.sequence = answer.sequence
            $0.orderState = answer.orderState
          case .rejected(let rejection):
            $0.receipt = .rejected
            $0.rejection = rejection
          }
        }
      }
    }
  }
}
