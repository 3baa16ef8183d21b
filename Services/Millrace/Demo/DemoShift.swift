import Contracts
import Environment
import JSON
import NIOPosix
import ServiceKit
import Values

/// The demo: a shift from the confirmed order in Odoo to the booked one, with an outage and a lost
/// answer on the way. Tells each step in a sentence.
struct DemoShift: Sendable {
  let reports: Int
  let outageSeconds: Int
  let pauseMilliseconds: Int
  let keepsRunning: Bool
  let printsJSON: Bool

  /// How long the Gateway may take to bring Odoo into line after the last report, in milliseconds.
  static let convergenceLimitMilliseconds: Int64 = 180_000
  /// How often the state is asked for while waiting.
  static let pollMilliseconds = 250

  /// Plays the shift; answers whether Odoo holds exactly what was reported.
  func run() async throws -> Bool {
    let clock = Environment.system.clock
    let start = clock.now
    return try await Installation.use { installation in
      say("Starting six services and OdooSandbox in \(installation.directory).")
      let services = try await Services.start(installation, withGateway: true)
      guard let odoo = services.odoo, let gateway = services.gateway else { return false }
      say("Odoo answers at \(odoo.url), Production at \(services.production.text).")
      say("The Gateway listens at \(gateway.text); it is the only door for partners.")
      let sandbox = SandboxControl(url: odoo.url)
      let orders = try await confirmOrders(odoo, sandbox)
      let summary = try await playShift(installation, services, gateway, sandbox)
      let client = GatewayClient(
        gateway, apiKey: services.apiKey, group: MultiThreadedEventLoopGroup.singleton)
      say("Waiting until Odoo holds what was reported.")
      let view = ShiftView(client: client, site: Installation.site, installation: installation)
      let cases = try await view.waitUntilSettled(orders.map(\.plan.name))
      let report = try await closingReport(orders, summary, cases, odoo, view)
      for line in report.text() { Output.line(line) }
      if printsJSON { Output.line(report.json.text) }
      let day = try await playDay(services, gateway, odoo)
      let seconds = clock.now.milliseconds(since: start) / 1_000
      say("The demo took \(seconds) seconds.")
      if keepsRunning { await keepRunning(services, gateway, odoo) }
      await client.close()
      return report.agrees && day.agrees
    }
  }

  /// The day over all services, after the shift.
  private func playDay(
    _ services: Services, _ gateway: GatewayAddress, _ odoo: OdooClient
  ) async throws -> DayReport {
    let planner = Planner(odoo: odoo, user: try await odoo.authenticate())
    let order = try await planner.confirmOrder(item: SandboxControl.items[0], quantity: 10)
    say("")
    say(
      "A day in the plant: a planner confirmed order \(order.plan.name) in Odoo: 10 of \(order.plan.item)."
    )
    let crew = try await Crew(gateway, adminKey: services.adminKey)
    let day = PlantDay(crew: crew, order: order.plan) { Output.line($0) }
    let report = try await day.play()
    await crew.close()
    for line in report.text() { Output.line(line) }
    return report
  }

  private func say(_ sentence: String) { Output.line(sentence) }

  // MARK: Odoo

  private func confirmOrders(_ odoo: OdooClient, _ sandbox: SandboxControl) async throws
    -> [Planner.ConfirmedOrder]
  {
    try await sandbox.loadSamplePlant()
    say("The sample plant is loaded into Odoo: products, bills of material, work centers, stock.")
    let planner = Planner(odoo: odoo, user: try await odoo.authenticate())
    var orders: [Planner.ConfirmedOrder] = []
    for number in 0..<Self.orderCount {
      let item = SandboxControl.items[number % SandboxControl.items.count]
      let quantity = Self.quantity(number, reports: reports)
      let order = try await planner.confirmOrder(item: item, quantity: quantity)
      say("A planner confirmed order \(order.plan.name) in Odoo: \(quantity) of \(item).")
      orders.append(order)
    }
    return orders
  }

  /// How many orders the shift has.
  static let orderCount = 3

  /// Pieces of an order: each one larger than the one before, and none with fewer pieces than
  /// reports, because a report of nothing is refused.
  static func quantity(_ number: Int, reports: Int) -> Int64 {
    max(120, Int64(reports)) + Int64(number) * max(80, Int64(reports / 2))
  }

  // MARK: The shift

  private func playShift(
    _ installation: Installation, _ services: Services, _ gateway: GatewayAddress,
    _ sandbox: SandboxControl
  ) async throws -> ShiftSummary {
    let mes = try await installation.start(
      "millrace",
      [
        "mes", "--gateway", gateway.text, "--api-key-file", services.apiKeyFile,
        "--site", Installation.site, "--orders", String(Self.orderCount),
        "--reports", String(reports), "--pause-milliseconds", String(pauseMilliseconds),
        "--source-system", Services.partner, "--json",
      ])
    var summary: ShiftSummary?
    var incidents: Task<Void, any Error>?
    for await line in mes.lines {
      let event = try JSONValue(parsing: line)
      if let sentence = event["sentence"]?.stringValue { say(sentence) }
      if event["event"]?.stringValue == "progress", incidents == nil {
        incidents = Task { try await disturb(sandbox) }
      }
      if let value = event["summary"] { summary = ShiftSummary(json: value) }
    }
    try Task.checkCancellation()
    try await incidents?.value
    let exitCode = await mes.exitCode()
    guard exitCode == 0, let summary else { throw await installation.endedEarly(mes) }
    return summary
  }

  /// What goes wrong in this shift.
  private func disturb(_ sandbox: SandboxControl) async throws {
    try await sandbox.loseAnswerOfNextBooking()
    say("Odoo will commit the next booking and lose the answer.")
    guard outageSeconds > 0 else { return }
    try await sandbox.takeDown(seconds: outageSeconds)
    say("Odoo is away for \(outageSeconds) seconds; the MES does not notice.")
    try await Task.sleep(for: .seconds(outageSeconds))
    say("Odoo is back.")
  }

  // MARK: The end

  private func closingReport(
    _ orders: [Planner.ConfirmedOrder], _ summary: ShiftSummary, _ cases: [OpenCase],
    _ odoo: OdooClient, _ view: ShiftView
  ) async throws -> ClosingReport {
    let auditor = Auditor(odoo: odoo, user: try await odoo.authenticate())
    var lines: [ComparedLine] = []
    for order in orders {
      let reported =
        summary.orders.first { $0.order == order.plan.name }
        ?? ReportedTotals(
          order: order.plan.name, good: .zero, scrap: .zero, reports: 0, isFinal: false)
      lines += try Comparison.lines(
        planned: order.plan, reported: reported,
        booked: try await auditor.books(ofOrder: order.id))
    }
    return ClosingReport(
      shift: summary, recorded: try await view.countReports(), calls: try await view.odooCalls(),
      cases: cases, lines: lines)
  }

  private func keepRunning(
    _ services: Services, _ gateway: GatewayAddress, _ odoo: OdooClient
  ) async {
    for line in CallingHelp.lines(services, gateway, odoo) { Output.line(line) }
    while !Task.isCancelled {
      // Ends early when it is cancelled, and then there is nothing more to do.
      try? await Task.sleep(for: .seconds(3_600))
    }
  }
}
