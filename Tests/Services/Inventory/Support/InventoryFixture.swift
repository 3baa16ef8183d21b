import Contracts
import Environment
import Houses
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Testing
import Values

@testable import Inventory

/// Inventory as its callers meet it, following a Quality that does what a test says.
struct InventoryFixture {
  let house: HouseFixture
  let parts: InventoryService.Parts
  let quality = StandInSource<HoldWatch>(hasToken: { !$0.resumeToken.isEmpty }) { $0.site }
  /// Followed when a test wants it: what is of all sites at "", a site's own at the site.
  let masterData = StandInSource<ReferenceWatch>(hasToken: { !$0.resumeToken.isEmpty }) {
    $0.kinds.contains(.item) ? "" : $0.site
  }

  static let site = SiteCode(HouseFixture.site)

  /// Runs a body against the service, several times over the same records when it names their folder.
  /// - Parameters:
  ///   - policy: the keys of the site PLANT1 beside its code.
  ///   - followsMasterData: whether codes are held against the stand-in's master data.
  static func run<T>(
    in folder: String? = nil, seed: UInt64 = 1,
    policy: String = #""negativeStock": "refuse", "quarantineLocations": ["QUARANTINE"]"#,
    followsMasterData: Bool = false, _ body: (InventoryFixture) async throws -> T
  ) async throws -> T {
    var parts: InventoryService.Parts?
    let settings = #""sites": [{"code": "PLANT1", \#(policy)}, {"code": "PLANT2"}]"#
    return try await HouseFixture.run(.inventory, in: folder, seed: seed, settings: settings) {
      file in
      let configuration = try await InventoryConfiguration.load(file)
      return (
        configuration.service,
        { environment in
          let made = InventoryService.Parts(
            configuration.sites, followsMasterData: followsMasterData, environment)
          parts = made
          return InventoryService.plan(configuration, made)
        }
      )
    } body: { house in
      let inventory = InventoryFixture(house: house, parts: try #require(parts))
      return try await inventory.following { try await body(inventory) }
    }
  }

  /// Runs a body while the stand-ins are followed.
  private func following<T>(_ body: () async throws -> T) async throws -> T {
    let (parts, database) = (parts, house.program.database)
    let following: [Task<Void, Never>] = [
      Task { await parts.holds.follower.run(database, quality) },
      Task { await parts.copy?.follower.run(database, masterData) },
    ]
    while quality.watches < 2 || (parts.copy != nil && masterData.watches < 3) {
      await Task.yield()
    }
    let result: Result<T, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    for each in following { each.cancel() }
    quality.breakDown()
    masterData.breakDown()
    for each in following { await each.value }
    return try result.get()
  }

  /// Looks at quarantined movements, as it does by itself every second.
  func recheck() async throws {
    try await Recheck(desk: parts.desk, sites: [Self.site]).once(house.program.database)
  }

  /// Tells what master data has, and that this is all; waits until Inventory knows.
  func know(_ records: [Masterdata.V1.Record]) async {
    for record in records { masterData.tell(.with { $0.record = record }, at: record.place) }
    for place in ["", HouseFixture.site, "PLANT2"] {
      masterData.tell(.with { $0.resumeToken = "all" }, at: place)
    }
    func isKnown() async -> Bool {
      guard parts.copy?.asOf(Self.site) != nil else { return false }
      let known = try? await house.program.database.read { snapshot in
        try records.allSatisfy { record in
          try ReferenceRecords.find(record.kind, record.code, site: record.place, snapshot)
            == record
        }
      }
      return known == true
    }
    while !Task.isCancelled, await !isKnown() { await Task.yield() }
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

  /// All differences of a count, one to a page.
  func variances(of count: String) async throws -> [Inventory.V1.Variance] {
    var (found, token) = ([Inventory.V1.Variance](), "")
    repeat {
      let answer = try await client.listVariances(
        .with {
          $0.site = HouseFixture.site
          $0.countID = count
          $0.page = .with {
            $0.pageSize = 1
            $0.pageToken = token
          }
        })
      found += answer.variances
      token = answer.page?.nextPageToken ?? ""
    } while !token.isEmpty
    return found
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

/// Master data of tests.
extension Masterdata.V1.Record {
  private static func head(_ code: String, at site: String = "") -> Masterdata.V1.RecordHead {
    .with {
      $0.code = code
      $0.site = site
      $0.lifeCycle = .released
    }
  }

  static func item(_ code: String, _ tracking: Common.V1.Tracking, unit: String = "Units") -> Self {
    .with {
      $0.content = .item(
        .with {
          $0.head = head(code)
          $0.tracking = tracking
          $0.unit = unit
        })
    }
  }

  static func unit(_ name: String, _ numerator: Int64, _ denominator: Int64 = 1) -> Self {
    .with {
      $0.content = .unit(
        .with {
          $0.head = head(name)
          $0.category = "count"
          $0.rounding = "1"
          $0.referenceRatio = .with {
            $0.numerator = numerator
            $0.denominator = denominator
          }
        })
    }
  }

  static func location(_ code: String, within parent: String = "") -> Self {
    .with {
      $0.content = .location(
        .with {
          $0.head = head(code, at: HouseFixture.site)
          $0.parent = parent
        })
    }
  }

  fileprivate var head: Masterdata.V1.RecordHead? {
    switch content {
    case .item(let item): item.head
    case .unit(let unit): unit.head
    case .location(let location): location.head
    default: nil
    }
  }

  fileprivate var code: String { head?.code ?? "" }
  fileprivate var place: String { head?.site ?? "" }

  fileprivate var kind: Masterdata.V1.RecordKind {
    switch content {
    case .item: .item
    case .unit: .unit
    case .location: .location
    default: .unspecified
    }
  }
}
