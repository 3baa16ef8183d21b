import Contracts
import Environment
import Houses
import Identity
import Protobuf
import ServiceKit
import Testing
import Values

@testable import MasterData

/// MasterData as its callers meet it, and what its parts keep in memory.
struct MasterDataFixture {
  static let site = HouseFixture.site

  let house: HouseFixture
  let unmapped: UnmappedCodes
  let places: ImportPlaces

  var program: ServiceProgram { house.program }
  var clock: ManualClock { house.clock }
  var client: Masterdata.V1.MasterDataServiceClient { client(as: "steward") }

  /// Another caller.
  func client(as subject: String) -> Masterdata.V1.MasterDataServiceClient {
    .init(house.caller(as: subject))
  }

  /// Runs a body against a service, several times over the same records if it likes.
  static func run(
    in folder: String? = nil, _ body: (MasterDataFixture) async throws -> Void
  ) async throws {
    let (unmapped, places) = (UnmappedCodes(), ImportPlaces())
    let settings = #""sites": ["PLANT1", "PLANT2"], "ownershipApprovalSites": ["PLANT2"]"#
    try await HouseFixture.run(.masterData, in: folder, settings: settings) { file in
      let configuration = try await MasterDataConfiguration.load(file)
      let plan = MasterDataService.plan(configuration, unmapped, places)
      return (configuration.service, { _ in plan })
    } body: {
      try await body(MasterDataFixture(house: $0, unmapped: unmapped, places: places))
    }
  }

  // MARK: What stewards say

  /// Records of any kinds, partial; what has become of each that is not as before, by its code.
  func put(
    _ records: [any MasterRecord], _ change: (inout Masterdata.V1.SnapshotHead) -> Void = { _ in }
  ) async throws -> Masterdata.V1.ImportSnapshotResponse {
    var head = Masterdata.V1.SnapshotHead.with { $0.site = Self.site }
    change(&head)
    let call = try await client.importSnapshot()
    // A call that is refused has ended before its last part is sent; the answer says why.
    try? await call.requests.write(.with { $0.part = .head(head) })
    for start in stride(from: 0, to: records.count, by: 500) {
      let part = records[start..<min(start + 500, records.count)].map(\.asRecord)
      try? await call.requests.write(.with { $0.part = .records(.with { $0.records = part }) })
    }
    return try await call.response()
  }

  func put(_ units: [Masterdata.V1.Unit], validateOnly: Bool = false) async throws
    -> [Masterdata.V1.UpsertOutcome]
  {
    try await client.upsertUnits(
      .with {
        $0.site = Self.site
        $0.units = units
        $0.validateOnly = validateOnly
      }
    ).outcomes
  }

  func put(_ items: [Masterdata.V1.Item], validateOnly: Bool = false) async throws
    -> [Masterdata.V1.UpsertOutcome]
  {
    try await client.upsertItems(
      .with {
        $0.site = Self.site
        $0.items = items
        $0.validateOnly = validateOnly
      }
    ).outcomes
  }

  func item(_ code: String) async throws -> Masterdata.V1.Item? {
    try await client.getItems(
      .with {
        $0.site = Self.site
        $0.codes = [code]
      }
    ).items.first
  }

  /// The usual units, released.
  func makeUnits() async throws {
    let outcomes = try await put([
      Sample.unit("Units"), Sample.unit("Dozens", ratio: (12, 1)),
      Sample.unit("kg", category: "weight", rounding: "0.001"),
    ])
    #expect(outcomes.map(\.receipt) == [.accepted, .accepted, .accepted])
  }
}

/// Good records, to be changed in one place.
enum Sample {
  static func head(
    _ code: String, _ lifeCycle: Masterdata.V1.LifeCycle = .released
  ) -> Masterdata.V1.RecordHead {
    .with {
      $0.code = code
      $0.lifeCycle = lifeCycle
    }
  }

  static func unit(
    _ code: String, _ lifeCycle: Masterdata.V1.LifeCycle = .released, category: String = "count",
    ratio: (Int64, Int64) = (1, 1), rounding: String = "1"
  ) -> Masterdata.V1.Unit {
    .with {
      $0.head = head(code, lifeCycle)
      $0.category = category
      $0.referenceRatio = .with {
        $0.numerator = ratio.0
        $0.denominator = ratio.1
      }
      $0.rounding = rounding
    }
  }

  static func item(
    _ code: String, _ lifeCycle: Masterdata.V1.LifeCycle = .released, unit: String = "Units",
    _ change: (inout Masterdata.V1.Item) -> Void = { _ in }
  ) -> Masterdata.V1.Item {
    .with {
      $0.head = head(code, lifeCycle)
      $0.description_p = "Item \(code)"
      $0.tracking = .none
      $0.storable = true
      $0.unit = unit
      change(&$0)
    }
  }

  /// A record of every kind, in an order in which what is named comes first.
  static var plant: [any MasterRecord] {
    [
      unit("Units"), unit("Dozens", ratio: (12, 1)),
      unit("kg", category: "Weight", rounding: "0.001"), item("VALVE"), item("BODY"),
      item("STEEL", unit: "kg"), calendar("WEEK"),
      Masterdata.V1.Warehouse.with {
        $0.head = head("WH")
        $0.description_p = "Main"
        $0.stockLocation = "WH/Stock"
      }, location("WH/Stock"), location("WH/Stock/1", in: "WH/Stock"),
      Masterdata.V1.Site.with {
        $0.head = head("PLANT1")
        $0.description_p = "Plant one"
        $0.timeZone = "Europe/Berlin"
        $0.currency = "EUR"
        $0.warehouse = "WH"
        $0.shiftCalendar = "WEEK"
        $0.manufacturingSteps = .one
        $0.operationTypes = [
          .with {
            $0.code = "WH/MO"
            $0.use = .manufacturing
          }
        ]
      },
      Masterdata.V1.WorkCenter.with {
        $0.head = head("PRESS")
        $0.description_p = "Press"
      },
      Masterdata.V1.BusinessPartner.with {
        $0.head = head("V-1")
        $0.description_p = "Steel Inc."
        $0.roles = [.carrier, .supplier]
        $0.country = "DE"
      },
      Masterdata.V1.SupplierItem.with {
        $0.head = head("V-1/STEEL")
        $0.supplier = "V-1"
        $0.item = "STEEL"
        $0.prices = [
          .with {
            $0.minimumQuantity = "100"
            $0.unitPrice = "2.50"
            $0.currency = "EUR"
          }
        ]
      }, routing("ROUTE"),
      bill("VALVE/A", of: "VALVE", ["BODY", "STEEL"]) {
        $0.routing = "ROUTE"
        $0.lines[0].operation = 10
        $0.lines[1].quantity = .with {
          $0.value = "0.25"
          $0.unit = "kg"
        }
      },
    ]
  }

  static func location(_ code: String, in parent: String = "") -> Masterdata.V1.Location {
    .with {
      $0.head = head(code)
      $0.description_p = "Location \(code)"
      $0.warehouse = "WH"
      $0.parent = parent
      $0.usage = .internal
    }
  }

  static func routing(_ code: String) -> Masterdata.V1.Routing {
    .with {
      $0.head = head(code)
      $0.description_p = "Routing \(code)"
      $0.operations = [
        .with {
          $0.number = 10
          $0.description_p = "press"
          $0.workCenter = "PRESS"
          $0.cycleTimeMilliseconds = 1_500
        }
      ]
    }
  }

  static func bill(
    _ code: String, _ lifeCycle: Masterdata.V1.LifeCycle = .released, of item: String,
    _ parts: [String], _ change: (inout Masterdata.V1.BillOfMaterial) -> Void = { _ in }
  ) -> Masterdata.V1.BillOfMaterial {
    let one = Common.V1.Quantity.with {
      $0.value = "1"
      $0.unit = "Units"
    }
    return .with {
      $0.head = head(code, lifeCycle)
      $0.item = item
      $0.type = .normal
      $0.quantity = one
      $0.lines = parts.enumerated().map { place, part in
        .with {
          $0.line = Int32(place + 1)
          $0.item = part
          $0.quantity = one
        }
      }
      change(&$0)
    }
  }

  /// Three shifts on five days; Christmas Eve is free.
  static func calendar(_ code: String) -> Masterdata.V1.ShiftCalendar {
    .with {
      $0.head = head(code)
      $0.description_p = "Three shifts"
      $0.shifts = (1...5).flatMap { day in
        [("early", "06:00"), ("late", "14:00"), ("night", "22:00")].map { name, start in
          .with {
            $0.weekday = .init(rawValue: Int32(day))
            $0.time = .with {
              $0.name = name
              $0.start = start
              $0.durationMinutes = 480
            }
          }
        }
      }
      $0.exceptions = [.with { $0.date = "2026-12-24" }]
    }
  }

  static func mapping(
    _ code: String, _ match: Masterdata.V1.MappingRule.OneOf_Match, to target: String,
    from: Int64? = nil, until: Int64? = nil
  ) -> Masterdata.V1.MappingRule {
    .with {
      $0.head = head(code)
      $0.head?.effectiveFrom = from.map { .init(Instant(seconds: $0)) }
      $0.head?.effectiveUntil = until.map { .init(Instant(seconds: $0)) }
      $0.system = "mes"
      $0.kind = .item
      $0.match = match
      $0.target = target
    }
  }
}
