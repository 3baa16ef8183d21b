import Contracts
import Environment
import Houses
import Identity
import Protobuf
import ServiceKit
import Testing
import Values

@testable import Inventory

/// Inventory as its callers meet it, following a Quality that does what a test says.
struct InventoryFixture {
  let house: HouseFixture
  let parts: InventoryService.Parts
  let quality = StandInSource<HoldWatch>(hasToken: { !$0.resumeToken.isEmpty }) { $0.site }

  static let site = SiteCode(HouseFixture.site)

  /// Runs a body against the service, several times over the same records when it names their folder.
  /// - Parameter policy: the keys of the site PLANT1 beside its code.
  static func run<T>(
    in folder: String? = nil, seed: UInt64 = 1,
    policy: String = #""negativeStock": "refuse", "quarantineLocations": ["QUARANTINE"]"#,
    _ body: (InventoryFixture) async throws -> T
  ) async throws -> T {
    var parts: InventoryService.Parts?
    let settings = #""sites": [{"code": "PLANT1", \#(policy)}, {"code": "PLANT2"}]"#
    return try await HouseFixture.run(.inventory, in: folder, seed: seed, settings: settings) {
      file in
      let configuration = try await InventoryConfiguration.load(file)
      return (
        configuration.service,
        { environment in
          let made = InventoryService.Parts(configuration, environment)
          parts = made
          return InventoryService.plan(configuration, made)
        }
      )
    } body: { house in
      let inventory = InventoryFixture(house: house, parts: try #require(parts))
      let (follower, database) = (inventory.parts.holds.follower, house.program.database)
      let following = Task { await follower.run(database, inventory.quality) }
      while inventory.quality.watches < 2 { await Task.yield() }
      let result: Result<T, any Error>
      do { result = .success(try await body(inventory)) } catch { result = .failure(error) }
      following.cancel()
      inventory.quality.breakDown()
      await following.value
      return try result.get()
    }
  }

  var client: Inventory.V1.InventoryServiceClient { .init(house.caller(as: "wms")) }

  /// Lets a hold be so, and waits until Inventory knows.
  func hold(
    _ id: String, _ target: HoldTarget, _ state: Quality.V1.HoldState = .active,
    placedAt: Instant = Instant(seconds: 1_780_000_000)
  ) async {
    let hold = Quality.V1.Hold.with {
      $0.holdID = id
      $0.site = HouseFixture.site
      $0.target = .init(target)
      $0.state = state
      $0.reason = "cracks"
      $0.placedAt = .init(placedAt)
    }
    quality.tell(.with { $0.hold = hold }, at: HouseFixture.site)
    quality.tell(.with { $0.resumeToken = "all" }, at: HouseFixture.site)
    func isKnown() -> Bool {
      let known = parts.holds.holds(on: [target], at: Self.site).first { $0.holdID == id }
      return state == .released
        ? known == nil : known.map { $0.isScrap == (state == .convertedToScrap) } ?? false
    }
    while !Task.isCancelled, !isKnown() { await Task.yield() }
  }

  /// Records a movement and answers it.
  @discardableResult
  func record(_ report: Inventory.V1.MovementReport) async throws -> Inventory.V1.Movement {
    try #require(try await client.recordMovement(Sample.request(report)).movement)
  }

  /// What is at a place, as text.
  func balance(_ location: String, lot: String = "", asOf: Instant? = nil) async throws -> String {
    let answer = try await client.getBalances(
      .with {
        $0.site = HouseFixture.site
        $0.keys = [
          .with {
            $0.location = location
            $0.itemCode = "BODY"
            $0.lot = lot
          }
        ]
        $0.asOf = asOf.map { .init($0) }
      })
    return answer.balances.first?.quantity?.value ?? ""
  }
}

/// Good requests, to be sent as they are or spoilt.
enum Sample {
  static let start: Int64 = 1_780_000_000

  static func request(_ report: Inventory.V1.MovementReport) -> Inventory.V1.RecordMovementRequest {
    .with {
      $0.site = HouseFixture.site
      $0.movement = report
    }
  }

  static func header(_ event: String, at seconds: Int64 = start, number: Int64 = 0)
    -> Common.V1.FactHeader
  {
    .with {
      $0.sourceSystem = "wms"
      $0.sourceEventID = event
      $0.occurredAt = .init(Instant(seconds: seconds))
      $0.sourceSequence = number
    }
  }

  /// A movement of bodies: without a place to come from it is a receipt, without one to go to an issue.
  static func movement(
    _ event: String, _ quantity: String, from: String = "", to: String = "", lot: String = "",
    at seconds: Int64 = start, _ change: (inout Inventory.V1.MovementReport) -> Void = { _ in }
  ) -> Inventory.V1.MovementReport {
    .with {
      $0.header = header(event, at: seconds)
      $0.type = from.isEmpty ? .receipt : to.isEmpty ? .issue : .transfer
      $0.itemCode = "BODY"
      $0.lot = lot
      $0.fromLocation = from
      $0.toLocation = to
      $0.quantity = .with {
        $0.value = quantity
        $0.unit = "Units"
      }
      change(&$0)
    }
  }
}
