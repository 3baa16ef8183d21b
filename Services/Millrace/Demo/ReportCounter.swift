import Contracts
import Protobuf

/// Counts a site's reports by reading them all, page by page.
enum ReportCounter {
  /// The largest page that the contract allows.
  private static let pageSize: Int32 = 500

  /// How many different reports Production holds.
  static func count(
    _ client: Production.V1.ProductionServiceClient, site: String
  ) async throws -> Int {
    var identities: Set<String> = []
    var token = ""
    repeat {
      let response = try await client.listReports(
        .with {
          $0.site = site
          $0.page = .with {
            $0.pageSize = pageSize
            $0.pageToken = token
          }
        })
      identities.formUnion(response.reports.map(\.reportID))
      token = response.page?.nextPageToken ?? ""
    } while !token.isEmpty
    return identities.count
  }
}
