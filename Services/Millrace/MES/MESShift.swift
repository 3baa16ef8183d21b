import Contracts
import Environment
import Protobuf
import RPC
import ServiceKit
import Values

/// The sample MES at work: takes orders from the watch, then sends what the plan says.
///
/// It does what a vendor's MES must do. Every fact keeps its identity; a fact without an answer is
/// sent again, and a watch that breaks goes on behind the last order it has processed.
struct MESShift: Sendable {
  let client: GatewayClient
  let site: String
  let sourceSystem: String
  let environment: Environment
  let pauseMilliseconds: Int
  let tell: @Sendable (MESEvent) -> Void

  /// How long one call may take. The Gateway answers in milliseconds; a disk may be busy.
  static let callTimeoutMilliseconds: Int64 = 10_000
  /// How long to wait before a fact without an answer is sent again.
  static let retryDelayMilliseconds = 200
  /// How often a fact is sent before the MES gives up: with the pauses, a minute without Gateway.
  static let maximumAttempts = 300
  /// Progress is told so many times in a shift.
  static let progressReports = 4

  /// Works one shift and returns what was counted.
  func run(orderCount: Int, reportCount: Int) async throws -> ShiftSummary {
    tell(.watching(site: site, orders: orderCount))
    let orders = try await takeOver(orderCount)
    let plan = try ShiftPlan(orders: orders, reportCount: reportCount)
    tell(.started(reports: reportCount, orders: orders.count))
    var desk = ReportDesk(shift: self, orders: orders, reportCount: reportCount)
    for step in plan.steps {
      try await desk.perform(step)
      try await Task.sleep(for: .milliseconds(pauseMilliseconds))
    }
    tell(.summary(desk.summary))
    return desk.summary
  }

  // MARK: Orders

  /// Acknowledges orders as they come in on the watch, until there are enough.
  private func takeOver(_ count: Int) async throws -> [ShiftOrder] {
    var orders: [ShiftOrder] = []
    var resumeToken = ""
    while orders.count < count {
      do {
        let request = Production.V1.WatchOrdersRequest.with {
          $0.site = site
          $0.resumeToken = resumeToken
        }
        for try await response in try await client.production.watchOrders(request) {
          guard let order = response.order else { continue }
          resumeToken = response.resumeToken
          let isNew = order.state == .released && !orders.contains { $0.name == order.name }
          guard isNew else { continue }
          orders.append(try await takeOver(order))
          if orders.count == count { return orders }
        }
      } catch let refusal as Refusal where Self.isWorthRetrying(refusal) {
        tell(.retrying(code: refusal.code.text))
        try await Task.sleep(for: .milliseconds(Self.retryDelayMilliseconds))
      }
    }
    return orders
  }

  private func takeOver(_ order: Production.V1.Order) async throws -> ShiftOrder {
    let planned = try Quantity(decimal: order.plannedQuantity?.value ?? "")
    tell(
      .received(
        order: order.name, item: order.itemCode, quantity: planned.description,
        unit: order.plannedQuantity?.unit ?? "", operations: order.operations.count))
    let request = Production.V1.AcknowledgeOrderRequest.with {
      $0.site = site
      $0.requestID = environment.identifiers.next().description
      $0.orderName = order.name
    }
    _ = try await persistently {
      try await client.production.acknowledgeOrder(request, options: $0)
    }
    tell(.acknowledged(order: order.name))
    return ShiftOrder(
      name: order.name, plannedPieces: planned.millionths / Quantity.scale,
      unit: order.plannedQuantity?.unit ?? "", operations: order.operations.map(\.code))
  }

  // MARK: Calls

  /// Makes a call until it is answered, always with the same request.
  func persistently<Answer: Sendable>(
    _ call: (CallOptions) async throws -> Answer
  ) async throws -> (answer: Answer, attempts: Int) {
    var attempts = 0
    while true {
      attempts += 1
      do {
        let options = CallOptions(timeoutMilliseconds: Self.callTimeoutMilliseconds)
        return (try await call(options), attempts)
      } catch let refusal as Refusal
        where Self.isWorthRetrying(refusal) && attempts < Self.maximumAttempts
      {
        tell(.retrying(code: refusal.code.text))
        try await Task.sleep(for: .milliseconds(Self.retryDelayMilliseconds))
      }
    }
  }

  /// Whether the call had no answer of the service's, or was refused for a passing reason.
  static func isWorthRetrying(_ refusal: Refusal) -> Bool {
    switch refusal.code {
    case .unavailable, .deadlineExceeded, .resourceExhausted, .aborted: true
    default: false
    }
  }
}

extension RefusalCode {
  /// gRPC's name of the code: `INVALID_ARGUMENT`.
  var text: String { RPC.StatusCode(rawValue: rawValue).description }
}
