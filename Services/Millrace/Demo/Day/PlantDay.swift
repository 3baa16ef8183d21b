import Contracts
import Environment
import Protobuf
import ServiceKit
import Values

/// A day in the plant over six programs: steel comes against a ship notice, fails its inspection, is held
/// everywhere, is decided about and released, and becomes a lot of finished pieces that goes to the dispatch.
struct PlantDay: Sendable {
  let crew: Crew
  let order: PlannedOrder
  let say: @Sendable (String) -> Void

  static let site = Installation.site
  static let lot = "C-4711"
  static let finishedLot = "T-0001"
  static let (receiving, line, store, dispatch) = (
    "WH/Receiving", "WH/Line", "WH/Stock", "WH/Dispatch"
  )
  /// How long it is waited for what one service tells another, in milliseconds; it takes some 100.
  private static let waitLimitMilliseconds: Int64 = 20_000
  private static let pollMilliseconds = 20

  /// The component that the day is about: the first one of the order.
  var steel: PlannedComponent { order.components[0] }
  /// What is bought: twice of what the order needs.
  func bought() throws -> Quantity { try steel.demand.adding(steel.demand) }

  func amount(_ quantity: Quantity, _ unit: String) -> Common.V1.Quantity {
    .init(Amount(quantity, unit))
  }

  /// Plays the day.
  func play() async throws -> DayReport {
    let unit = try await componentUnit()
    try await buy(unit)
    try await receive(unit)
    let hold = try await inspect()
    let refused = try await meetTheHold(unit)
    try await decide(hold)
    try await produce(unit)
    let signals = try await missSomething(unit)
    return try await DayReport.collect(
      crew, order, DayReport.Refused(movement: refused.movement, genealogy: refused.genealogy),
      component: steel.item, signals: signals)
  }

  /// The order, once it has come down from Odoo; in which unit it needs its first component.
  private func componentUnit() async throws -> String {
    try await wait("the order \(order.name) comes down from Odoo") {
      let listed = try await crew.mes.production.listOrders(.with { $0.site = Self.site })
      return listed.orders.contains { $0.name == order.name }
    }
    let found = try await crew.mes.production.getOrder(
      .with {
        $0.site = Self.site
        $0.orderName = order.name
      }
    ).order
    return found?.components.first?.demand?.unit ?? ""
  }

  // MARK: It is not good enough

  private func inspect() async throws -> String {
    let inspector = crew.inspector.quality
    let inspection = try await inspector.createInspection(
      .with {
        $0.site = Self.site
        $0.requestID = "inspect"
        $0.subject = target
        $0.document = DayReport.notice
        $0.plan = .with {
          $0.characteristics = [
            .with {
              $0.code = "DIAMETER"
              $0.kind = .measured
              $0.unit = "mm"
              $0.lowerLimit = "9.9"
              $0.upperLimit = "10.1"
            }
          ]
          $0.sampleSize = 3
          $0.holdUntilPassed = true
          $0.holdOnFailure = true
        }
      }
    ).inspection?.inspectionID
    let id = inspection ?? ""
    _ = try await inspector.submitResults(
      .with {
        $0.site = Self.site
        $0.header = Crew.header("results")
        $0.inspectionID = id
        $0.results = ["10.0", "10.2", "9.95"].enumerated().map { number, value in
          .with {
            $0.sample = Int32(number + 1)
            $0.characteristic = "DIAMETER"
            $0.value = value
          }
        }
      })
    let completed = try await inspector.completeInspection(
      .with {
        $0.site = Self.site
        $0.requestID = "complete"
        $0.inspectionID = id
      }
    ).inspection
    say(
      "Its inspection failed: \(completed?.failedSamples ?? 0) of 3 samples. The lot is on hold, and a nonconformance is open."
    )
    let holds = try await inspector.listHolds(.with { $0.site = Self.site }).holds
    return holds.last?.holdID ?? ""
  }

  private var target: Quality.V1.HoldTarget {
    .init(.lot(item: steel.item, lot: Self.lot))
  }

  /// Inventory does not move it, and Production does not use it.
  private func meetTheHold(_ unit: String) async throws -> (movement: String, genealogy: String) {
    _ = try await crew.mes.production.acknowledgeOrder(
      .with {
        $0.site = Self.site
        $0.requestID = "acknowledge"
        $0.orderName = order.name
      })
    // Inventory and Production are told of it; a call that was quicker would be taken.
    try await wait("Inventory knows of the hold") {
      let answer = try await crew.wms.inventory.checkAvailability(
        .with {
          $0.site = Self.site
          $0.questions = [
            .with {
              $0.itemCode = steel.item
              $0.lot = Self.lot
              $0.quantity = "1"
            }
          ]
        })
      return answer.answers.first?.sufficient == false
    }
    let movement = await reason {
      _ = try await move(
        "stage-refused", .stageToProduction, steel.item, Self.lot, steel.demand, unit,
        from: Self.receiving, to: Self.line)
    }
    var genealogy = ""
    try await wait("Production knows of the hold") {
      genealogy = await reason { try await tellGenealogy("refused", unit) }
      return genealogy == "ON_HOLD"
    }
    say("Inventory did not move it (\(movement)), Production did not use it (\(genealogy)).")
    return (movement, genealogy)
  }

  /// The reason of a refusal, empty when there was none.
  private func reason(_ call: () async throws -> Void) async -> String {
    do {
      try await call()
      return ""
    } catch {
      return (error as? Refusal)?.reason ?? "\(error)"
    }
  }

  private func decide(_ hold: String) async throws {
    let (anna, bert) = (crew.inspector.quality, crew.secondInspector.quality)
    let found = try await anna.listNonconformances(.with { $0.site = Self.site }).nonconformances
    let id = found.last?.nonconformanceID ?? ""
    _ = try await anna.reviewNonconformance(
      .with {
        $0.site = Self.site
        $0.requestID = "review"
        $0.nonconformanceID = id
      })
    _ = try await anna.dispositionNonconformance(
      .with {
        $0.site = Self.site
        $0.requestID = "disposition"
        $0.nonconformanceID = id
        $0.disposition = .useAsIs
        $0.reason = "the customer takes up to 10.2 mm"
      })
    _ = try await anna.releaseHold(
      .with {
        $0.site = Self.site
        $0.requestID = "release"
        $0.holdID = hold
        $0.reason = "to be used as it is"
      })
    _ = try await bert.verifyNonconformance(
      .with {
        $0.site = Self.site
        $0.requestID = "verify"
        $0.nonconformanceID = id
      })
    _ = try await bert.closeNonconformance(
      .with {
        $0.site = Self.site
        $0.requestID = "close"
        $0.nonconformanceID = id
      })
    say(
      "It was decided to use it as it is; the hold was released, and a second person verified it.")
  }

  // MARK: It is used

  private func produce(_ unit: String) async throws {
    try await wait("Inventory lets it go") {
      await reason {
        _ = try await move(
          "stage", .stageToProduction, steel.item, Self.lot, steel.demand, unit,
          from: Self.receiving, to: Self.line)
      }.isEmpty
    }
    try await wait("Production lets it be used") {
      await reason { try await tellGenealogy("used", unit) }.isEmpty
    }
    _ = try await move(
      "issue", .issue, steel.item, Self.lot, steel.demand, unit, from: Self.line
    ) { $0.orderName = order.name }
    let found = try await crew.mes.production.getOrder(
      .with {
        $0.site = Self.site
        $0.orderName = order.name
      }
    ).order
    let pieces = found?.plannedQuantity?.unit ?? ""
    _ = try await crew.mes.production.reportProduction(
      .with {
        $0.site = Self.site
        $0.header = Crew.header("report")
        $0.orderName = order.name
        $0.good = amount(order.planned, pieces)
        $0.final = true
      })
    _ = try await move(
      "made", .receipt, order.item, Self.finishedLot, order.planned, pieces, to: Self.store
    ) { $0.orderName = order.name }
    _ = try await move(
      "dispatch", .transfer, order.item, Self.finishedLot, order.planned, pieces,
      from: Self.store, to: Self.dispatch)
    say(
      "\(order.planned) \(pieces) of \(order.item) were made of it as the lot \(Self.finishedLot), and went to \(Self.dispatch)."
    )
  }

  private func tellGenealogy(_ event: String, _ unit: String) async throws {
    _ = try await crew.mes.production.reportGenealogy(
      .with {
        $0.site = Self.site
        $0.header = Crew.header("genealogy-\(event)")
        $0.orderName = order.name
        $0.produced = .with {
          $0.itemCode = order.item
          $0.lot = Self.finishedLot
        }
        $0.consumed = [
          .with {
            $0.material = .with {
              $0.itemCode = steel.item
              $0.lot = Self.lot
            }
            $0.quantity = amount(steel.demand, unit)
          }
        ]
      })
  }

  private func missSomething(_ unit: String) async throws -> Int {
    _ = try await crew.mes.production.reportShortage(
      .with {
        $0.site = Self.site
        $0.header = Crew.header("shortage")
        $0.itemCode = steel.item
        $0.quantity = amount(steel.demand, unit)
      })
    var count = 0
    try await wait("the planner sees the shortage") {
      count = try await crew.planner.procurement.listSupplySignals(.with { $0.site = Self.site })
        .signals.count
      return count > 0
    }
    say("The shop floor was short of \(steel.item); the planner sees it as a supply signal.")
    return count
  }

  // MARK: How

  func move(
    _ event: String, _ type: Inventory.V1.MovementType, _ item: String, _ lot: String,
    _ quantity: Quantity, _ unit: String, from: String = "", to: String = "",
    _ change: (inout Inventory.V1.MovementReport) -> Void = { _ in }
  ) async throws -> Inventory.V1.Movement? {
    var report = Inventory.V1.MovementReport.with {
      $0.header = Crew.header("move-\(event)")
      $0.type = type
      $0.itemCode = item
      $0.lot = lot
      $0.fromLocation = from
      $0.toLocation = to
      $0.quantity = amount(quantity, unit)
    }
    change(&report)
    let request = Inventory.V1.RecordMovementRequest.with {
      $0.site = Self.site
      $0.movement = report
    }
    return try await crew.wms.inventory.recordMovement(request).movement
  }

  /// Waits for what one service tells another.
  private func wait(_ what: String, _ isSo: () async throws -> Bool) async throws {
    let clock = Environment.system.clock
    let limit = clock.monotonicNanoseconds + Self.waitLimitMilliseconds * 1_000_000
    while try await !isSo() {
      guard clock.monotonicNanoseconds < limit else { throw NotSeen(what: what) }
      try await Task.sleep(for: .milliseconds(Self.pollMilliseconds))
    }
  }

  /// Something did not come about.
  struct NotSeen: Error, CustomStringConvertible {
    let what: String
    var description: String { "waited in vain: \(what)" }
  }
}
