import Contracts
import Environment
import Foundation
import Houses
import Identity
import Logging
import Protobuf
import RecordStore
import Seeds
import ServiceKit
import TestFolders
import Testing
import Values

@testable import Quality

/// Random people place and release holds, some of them twice, over restarts of Quality; whoever follows it
/// knows after every step exactly what a model in memory says.
@Suite("Holds against a model", .timeLimit(.minutes(3)))
struct HoldModelTests {
  private static let stepsPerRun = 40
  private static let runs = 4
  private static let targets: [HoldTarget] = [
    .lot(item: "BODY", lot: "L-1"), .lot(item: "BODY", lot: "L-2"),
    .serial(item: "BODY", serial: "S-1"), .order("MO/1"), .location("WH/Stock"), .supplier("V-1"),
  ]

  /// What the model knows of a hold.
  private struct Known {
    var target: HoldTarget
    var state: Quality.V1.HoldState
  }

  @Test("A follower agrees after every step; no hold goes without a release that was allowed")
  func model() async throws {
    let seed = TestSeed(of: "holds against a model")
    var generator = seed.generator()
    let follower = try Follower()
    try await TemporaryFolder.use { folder in
      var model: [String: Known] = [:]
      var placed: [(request: String, id: String)] = []
      for run in 1...Self.runs {
        try await QualityFixture.run(in: folder, seed: UInt64(run)) { quality in
          let following = Task {
            await follower.holds.follower.run(follower.database, quality.house.caller())
          }
          for step in 1...Self.stepsPerRun {
            let request = "run-\(run)-\(step)"
            switch Int.random(in: 0...9, using: &generator) {
            case 0...4:
              guard let target = Self.targets.randomElement(using: &generator) else { continue }
              let answer = try await quality.anna.placeHold(
                Sample.hold(request, on: .init(target)))
              let id = try #require(answer.hold).holdID
              model[id] = Known(target: target, state: .active)
              placed.append((request, id))
            case 5...7:
              guard let (_, id) = placed.randomElement(using: &generator) else { continue }
              let scrap = Bool.random(using: &generator)
              let isActive = model[id]?.state == .active
              do {
                _ = try await quality.bert.releaseHold(
                  Sample.release(id, request, scrap: scrap))
                #expect(isActive, "an ended hold was ended again")
                model[id]?.state = scrap ? .convertedToScrap : .released
              } catch let refusal as Refusal {
                #expect(refusal.reason == "HOLD_STATE" && !isActive)
              }
            default:
              // Said again, also after a restart, it places no other one.
              guard let (again, id) = placed.randomElement(using: &generator),
                let target = model[id]?.target
              else { continue }
              let answer = try await quality.anna.placeHold(Sample.hold(again, on: .init(target)))
              #expect(answer.receipt == .duplicate && answer.hold?.holdID == id)
            }
            try await compare(follower.holds, model)
          }
          following.cancel()
          _ = await following.value
        }
      }
    }
    await follower.database.close()
  }

  /// Waits until the follower knows what the model says, of every target.
  private func compare(_ holds: HoldCopy, _ model: [String: Known]) async throws {
    func agrees() -> Bool {
      Self.targets.allSatisfy { target in
        let known = holds.holds(on: [target], at: SiteCode(HouseFixture.site))
        let expected = model.filter { $0.value.target == target && $0.value.state != .released }
        return known.map(\.holdID) == expected.keys.sorted()
          && known.allSatisfy { $0.isScrap == (model[$0.holdID]?.state == .convertedToScrap) }
      }
    }
    while !agrees() {
      try Task.checkCancellation()
      await Task.yield()
    }
  }

  /// What Production and Inventory have.
  private struct Follower {
    let database: Database
    let holds: HoldCopy

    init() throws {
      let environment = Environment.manual(seed: 9).environment
      database = try Database.open(
        DatabaseConfiguration(path: try TemporaryFolder.make() + "/follower.sqlite"),
        migrations: [
          ReferenceRecords.migration(version: 1), FollowedWatchRecords.migration(version: 2),
          HoldRecords.migration(version: 3),
        ], environment: environment)
      holds = HoldCopy(
        sites: [SiteCode(HouseFixture.site)], environment: environment,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }
  }
}
