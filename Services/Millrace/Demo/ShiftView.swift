import Contracts
import Environment
import Protobuf
import ServiceKit

/// The shift as a partner sees it through the Gateway after the last report.
struct ShiftView: Sendable {
  let client: GatewayClient
  let site: String
  let installation: Installation

  /// The largest page that the contract allows.
  private static let pageSize: Int32 = 500

  /// Waits until every order is booked or waits for a person; answers the open cases.
  /// - Throws: ``NotSettled`` when that takes too long.
  func waitUntilSettled(_ orders: [String]) async throws -> [OpenCase] {
    let clock = Environment.system.clock
    let limit = DemoShift.convergenceLimitMilliseconds * 1_000_000
    let start = clock.monotonicNanoseconds
    while true {
      let cases = try await openCases()
      let stuck = Set(cases.map(\.order))
      var open: [String] = []
      for order in orders where !stuck.contains(order) {
        if try await !isClosed(order) { open.append(order) }
      }
      if open.isEmpty { return cases }
      guard clock.monotonicNanoseconds - start < limit else {
        throw NotSettled(orders: open, gatewayLog: installation.endOfLog("millrace-gateway"))
      }
      try await Task.sleep(for: .milliseconds(DemoShift.pollMilliseconds))
    }
  }

  /// Odoo does not hold what was reported, and nobody says why.
  struct NotSettled: Error, CustomStringConvertible {
    let orders: [String]
    let gatewayLog: String
    var description: String {
      "not booked in time: \(orders.joined(separator: ", ")); the Gateway's log ends with:\n"
        + gatewayLog
    }
  }

  /// Whether Production knows that Odoo has booked everything.
  private func isClosed(_ order: String) async throws -> Bool {
    let response = try await client.production.getOrder(
      .with {
        $0.site = site
        $0.orderName = order
      })
    return response.order?.state == .closed
  }

  private func openCases() async throws -> [OpenCase] {
    let response = try await client.gateway.listCases(
      .with {
        $0.site = site
        $0.openOnly = true
        $0.page = .with { $0.pageSize = Self.pageSize }
      })
    return response.cases.map {
      OpenCase(order: $0.orderName, reason: $0.reason, explanation: $0.explanation)
    }
  }

  /// How many different reports Production holds.
  func countReports() async throws -> Int {
    try await ReportCounter.count(client.production, site: site)
  }

  /// How often the Gateway has called Odoo.
  func odooCalls() async throws -> [CallCount] {
    let response = try await client.gateway.getOdooStatus(.with { $0.site = site })
    return response.calls.map {
      CallCount(model: $0.model, method: $0.method, sent: $0.sent, unanswered: $0.unanswered)
    }
  }
}
