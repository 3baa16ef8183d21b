import Contracts
import GatewayOdoo
import RecordStore
import ServiceKit
import Values

/// `GetOdooStatus`: whether a site's Odoo answers, and how many calls were made to it.
struct GetOdooStatus: ReadOperation {
  static let method = Gateway.V1.GatewayService.getOdooStatus

  let wing: OdooWing

  func site(of request: Gateway.V1.GetOdooStatusRequest) -> String? { request.site }

  func validate(_ request: Gateway.V1.GetOdooStatusRequest, _ fields: inout Fields) -> SiteCode {
    fields.site(request.site)
  }

  func execute(_ site: SiteCode, _ snapshot: Snapshot, _ call: Call) throws
    -> Gateway.V1.GetOdooStatusResponse
  {
    guard let status = wing.status(of: site) else { throw Refusal.siteUnknown(site.text) }
    return .init(status)
  }
}
