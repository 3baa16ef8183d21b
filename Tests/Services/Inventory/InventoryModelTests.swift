import Contracts
import Environment
import Foundation
import Houses
import Protobuf
import RecordStore
import Seeds
import ServiceKit
import TestFolders
import Testing
import Values

@testable import Inventory

/// Random movements, late and repeated and in batches, reversals, counts, holds and settlements, over restarts: what
/// Inventory says, now and as of random moments, is the replay of the facts in the order of their own times, and
/// nothing that was held has moved.
@Suite("Inventory against a model", .timeLimit(.minutes(3)))
struct InventoryModelTests {
  private static let runs = 3
  private static let stepsPerRun = 120
  private static let locations = ["A", "B", "LINE", "QUARANTINE"]
  private static let lots = ["", "L-1", "L-2"]

  /// One change that is in the books.
  private struct Fact {
    var location: String
    var lot: String
    var at: Int64
    var delta: Int64
  }

  private struct Model {
    var facts: [Fact] = []
    var applied: [(id: String, report: Inventory.V1.MovementReport)] = []
    var quarantined: [(id: String, report: Inventory.V1.MovementReport)] = []
    var sent: [Inventory.V1.MovementReport] = []
    var held: Set<String> = []
    /// Lots that have been on hold, and since when.
    var heldSince: [String: Int64] = [:]

    mutating func apply(_ report: Inventory.V1.MovementReport) {
      let at = report.header?.occurredAt?.seconds ?? 0
      let quantity = Int64(report.quantity?.value ?? "") ?? 0
      for (location, sign) in [(report.fromLocation, Int64(-1)), (report.toLocation, 1)]
      where !location.isEmpty {
        facts.append(Fact(location: location, lot: report.lot, at: at, delta: sign * quantity))
      }
    }

    func balance(_ location: String, _ lot: String, asOf: Int64 = .max) -> Int64 {
      facts.filter { $0.location == location && $0.lot == lot && $0.at <= asOf }
        .reduce(0) { $0 + $1.delta }
    }
  }

  @Test("Balances equal the replay of the facts; nothing on hold is ever applied")
  func model() async throws {
    let seed = TestSeed(of: "inventory against a model")
    var generator = seed.generator()
    var model = Model()
    var number = 0
    func pick<T>(_ values: [T]) -> T? { values.randomElement(using: &generator) }

    try await TemporaryFolder.use { folder in
      for run in 1...Self.runs {
        try await InventoryFixture.run(
          in: folder, seed: UInt64(run),
          policy: #""negativeStock": "accept", "quarantineLocations": ["QUARANTINE"]"#
        ) { inventory in
          for lot in model.held.sorted() {
            await inventory.hold(
              "hold-\(lot)", .lot(item: "BODY", lot: lot),
              placedAt: Instant(seconds: model.heldSince[lot] ?? 0))
          }
          for _ in 1...Self.stepsPerRun {
            number += 1
            switch Int.random(in: 0...23, using: &generator) {
            case 0...10: try await record(inventory, [report(number, &generator)], &model)
            case 11:
              let batch = (0...4).map { report(number * 1_000 + $0, &generator) }
              try await record(inventory, batch, &model)
            case 12, 13:
              // Said again: nothing moves.
              guard let again = pick(model.sent) else { continue }
              let answer = try await inventory.client.recordMovement(Sample.request(again))
              #expect(answer.receipt == .duplicate)
            case 14, 15:
              if let movement = pick(model.applied) {
                try await reverse(inventory, movement, number, &model)
              }
            case 16, 17:
              guard let lot = pick(["L-1", "L-2"]) else { continue }
              let target = HoldTarget.lot(item: "BODY", lot: lot)
              if model.held.remove(lot) != nil {
                await inventory.hold("hold-\(lot)", target, .released)
              } else {
                let since = Sample.start + Int64.random(in: 0...1_000, using: &generator)
                model.held.insert(lot)
                model.heldSince[lot] = since
                await inventory.hold(
                  "hold-\(lot)", target, placedAt: Instant(seconds: since))
              }
            case 18:
              try await inventory.recheck()
              for (id, report) in model.quarantined where !model.held.contains(report.lot) {
                model.apply(report)
                model.applied.append((id, report))
              }
              model.quarantined.removeAll { !model.held.contains($0.report.lot) }
            case 19, 20:
              if let movement = pick(model.quarantined) {
                try await settle(
                  inventory, movement, number, applies: Bool.random(using: &generator), &model)
              }
            case 21, 22: try await count(inventory, number, &model, &generator)
            default: try await compare(inventory, model, &generator)
            }
          }
          try await compare(inventory, model, &generator)
        }
      }
    }
    #expect(!model.facts.isEmpty)
  }

  private func report(_ number: Int, _ generator: inout SeededGenerator)
    -> Inventory.V1.MovementReport
  {
    let from = Bool.random(using: &generator) ? Self.locations.randomElement(using: &generator) : ""
    let others = Self.locations.filter { $0 != from }
    let needsTo = (from ?? "").isEmpty || Bool.random(using: &generator)
    return Sample.movement(
      "e-\(number)", String(Int.random(in: 1...50, using: &generator)), from: from ?? "",
      to: needsTo ? others.randomElement(using: &generator) ?? "A" : "",
      lot: Self.lots.randomElement(using: &generator) ?? "",
      at: Sample.start + Int64.random(in: 0...1_000, using: &generator))
  }

  private func record(
    _ inventory: InventoryFixture, _ reports: [Inventory.V1.MovementReport], _ model: inout Model
  ) async throws {
    let outcomes = try await inventory.client.recordMovementBatch(
      .with {
        $0.site = HouseFixture.site
        $0.movements = reports
      }
    ).outcomes
    for (report, outcome) in zip(reports, outcomes) {
      let isHeld = model.held.contains(report.lot) && report.toLocation != "QUARANTINE"
      let isLate =
        (report.header?.occurredAt?.seconds ?? 0) < model.heldSince[report.lot] ?? .min
      let expected: Inventory.V1.MovementState? =
        !isHeld ? .applied : isLate ? .quarantined : nil
      #expect(outcome.movement?.state == expected, "\(report.lot) \(model.held)")
      if expected == nil { #expect(outcome.rejection?.reason == "ON_HOLD") }
      guard let movement = outcome.movement else { continue }
      model.sent.append(report)
      if movement.state == .applied {
        model.apply(report)
        model.applied.append((movement.movementID, report))
      } else {
        model.quarantined.append((movement.movementID, report))
      }
    }
  }

  private func reverse(
    _ inventory: InventoryFixture, _ movement: (id: String, report: Inventory.V1.MovementReport),
    _ number: Int, _ model: inout Model
  ) async throws {
    var back = movement.report
    (back.fromLocation, back.toLocation) = (back.toLocation, back.fromLocation)
    back.header = Sample.header("reverse-\(number)", at: Sample.start + 2_000)
    let isHeld = model.held.contains(back.lot) && back.toLocation != "QUARANTINE"
    do {
      _ = try await inventory.client.reverseMovement(
        .with {
          $0.site = HouseFixture.site
          $0.header = back.header
          $0.movementID = movement.id
          $0.reason = "wrong"
        })
      #expect(!isHeld)
      model.apply(back)
      model.applied.removeAll { $0.id == movement.id }
    } catch let refusal as Refusal {
      #expect(refusal.reason == "ON_HOLD" && isHeld)
    }
  }

  private func settle(
    _ inventory: InventoryFixture, _ movement: (id: String, report: Inventory.V1.MovementReport),
    _ number: Int, applies: Bool, _ model: inout Model
  ) async throws {
    let isHeld = model.held.contains(movement.report.lot)
    do {
      let settled = try await inventory.client.settleMovement(
        .with {
          $0.site = HouseFixture.site
          $0.requestID = "settle-\(number)"
          $0.movementID = movement.id
          $0.settlement = applies ? .apply : .discard
          $0.reason = "looked at"
        })
      #expect(settled.movement?.state == (applies ? .applied : .discarded))
      #expect(!(applies && isHeld), "no path around a hold")
      model.quarantined.removeAll { $0.id == movement.id }
      if applies {
        model.apply(movement.report)
        model.applied.append(movement)
      }
    } catch let refusal as Refusal {
      #expect(refusal.reason == "ON_HOLD" && applies && isHeld)
    }
  }

  /// Counts one lot, or that nothing at all is there; approves one of the differences.
  private func count(
    _ inventory: InventoryFixture, _ number: Int, _ model: inout Model,
    _ generator: inout SeededGenerator
  ) async throws {
    let location = Self.locations.randomElement(using: &generator) ?? "A"
    let time = Sample.start + Int64.random(in: 0...1_500, using: &generator)
    let lot = Self.lots.randomElement(using: &generator) ?? ""
    let isComplete = Bool.random(using: &generator)
    let found = isComplete ? 0 : Int64.random(in: 0...60, using: &generator)
    let counted = try await inventory.client.submitCount(
      .with {
        $0.site = HouseFixture.site
        $0.header = Sample.header("count-\(number)", at: time)
        $0.location = location
        $0.complete = isComplete
        $0.lines =
          isComplete
          ? []
          : [
            .with {
              $0.itemCode = "BODY"
              $0.lot = lot
              $0.quantity = .with {
                $0.value = String(found)
                $0.unit = "Units"
              }
            }
          ]
      })
    let variances = try await inventory.variances(of: counted.countID)
    let expected = (isComplete ? Self.lots : [lot]).map { lot in
      (lot: lot, variance: found - model.balance(location, lot, asOf: time))
    }.filter { $0.variance != 0 }
    // What a complete count does not name comes in the order of its first movements.
    #expect(
      Set(variances.map { "\($0.key?.lot ?? "") \($0.variance)" })
        == Set(expected.map { "\($0.lot) \($0.variance)" }))
    #expect(variances.count == expected.count)
    guard let chosen = expected.randomElement(using: &generator) else { return }
    let isHeld =
      model.held.contains(chosen.lot) && !(chosen.variance > 0 && location == "QUARANTINE")
    do {
      let approved = try await inventory.client.approveAdjustment(
        .with {
          $0.site = HouseFixture.site
          $0.requestID = "approve-\(number)"
          $0.countID = counted.countID
          $0.variances = [
            .with {
              $0.itemCode = "BODY"
              $0.lot = chosen.lot
              $0.variance = String(chosen.variance)
            }
          ]
          $0.reason = "counted"
        })
      #expect(!isHeld)
      let adjustment = try #require(approved.adjustments.first)
      let report = try #require(adjustment.report)
      model.apply(report)
      model.applied.append((adjustment.movementID, report))
    } catch let refusal as Refusal {
      #expect(refusal.reason == "ON_HOLD" && isHeld)
    }
  }

  private func compare(
    _ inventory: InventoryFixture, _ model: Model, _ generator: inout SeededGenerator
  ) async throws {
    let moment = Sample.start + Int64.random(in: -1...2_001, using: &generator)
    for location in Self.locations {
      for lot in Self.lots {
        #expect(
          try await inventory.balance(location, lot: lot) == String(model.balance(location, lot)))
        let then = try await inventory.balance(
          location, lot: lot, asOf: Instant(seconds: moment))
        #expect(then == String(model.balance(location, lot, asOf: moment)), "as of \(moment)")
      }
    }
  }
}
