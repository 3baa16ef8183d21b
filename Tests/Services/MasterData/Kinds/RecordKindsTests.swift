import Contracts
import Protobuf
import ServiceKit
import Testing
import Values

@testable import MasterData

@Suite("Records of every kind", .timeLimit(.minutes(2)))
struct RecordKindsTests {
  @Test("A record of every kind is taken, read as it was said, and the same when said again")
  func everyKind() async throws {
    try await MasterDataFixture.run { service in
      let made = try await service.put(Sample.plant)
      #expect(made.counts.map(\.created).reduce(0, +) == Int64(Sample.plant.count))
      #expect(made.differences.allSatisfy { $0.change == .created })
      let kinds = RecordKind.allCases.filter { !$0.isRule }
      #expect(made.counts.map(\.kind) == kinds.map(\.contract), "none is forgotten")
      let again = try await service.put(Sample.plant)
      #expect(again.differences.isEmpty)
      #expect(again.counts.map(\.unchanged).reduce(0, +) == Int64(Sample.plant.count))
      let bill = try await service.client.getBillsOfMaterial(
        .with {
          $0.site = "PLANT1"
          $0.codes = ["VALVE/A", "VALVE/B"]
        })
      #expect(bill.missingCodes == ["VALVE/B"])
      let read = try #require(bill.billsOfMaterial.first)
      #expect(read.lines.map(\.item) == ["BODY", "STEEL"])
      #expect(read.lines.map { $0.quantity?.value } == ["1", "0.25"])
      #expect(read.head?.site == "PLANT1")
    }
  }

  @Test("What belongs to a site is seen there alone, what is of all sites everywhere")
  func sites() async throws {
    try await MasterDataFixture.run { service in
      _ = try await service.put(Sample.plant)
      let centers = try await service.client.listWorkCenters(.with { $0.site = "PLANT2" })
      #expect(centers.workCenters.isEmpty)
      let items = try await service.client.listItems(.with { $0.site = "PLANT2" })
      #expect(items.items.map { $0.head?.code } == ["BODY", "STEEL", "VALVE"])
      #expect(items.items.allSatisfy { $0.head?.site == "" })
      let made = try await service.client.upsertWorkCenters(
        .with {
          $0.site = "PLANT2"
          $0.workCenters = [
            .with {
              $0.head = Sample.head("PRESS")
              $0.description_p = "Another press"
            }
          ]
        })
      #expect(made.outcomes.map(\.revision) == [1], "the code is free at each site")
      let stranger = try await service.client.upsertSites(
        .with {
          $0.site = "PLANT2"
          $0.sites = [
            Sample.site {
              $0.warehouse = ""
              $0.shiftCalendar = ""
            }
          ]
        })
      #expect(stranger.outcomes.map { $0.rejection?.reason } == ["SITE_CODE"])
    }
  }

  @Test("What is released names only what is released, and what is named is not withdrawn")
  func references() async throws {
    try await MasterDataFixture.run { service in
      let bill = Sample.plant.filter { $0 is Masterdata.V1.BillOfMaterial }
      let alone = try await service.put(bill)
      #expect(alone.differences.map { $0.rejection?.reason } == ["REFERENCE_UNKNOWN"])
      _ = try await service.put(Sample.plant)
      for record in Sample.plant where !(record is Masterdata.V1.BillOfMaterial) {
        var withdrawn = record
        withdrawn.head?.lifeCycle = .withdrawn
        let kind = type(of: record).recordKind
        let code = record.head?.code ?? ""
        // Nobody names these.
        let isFree =
          [.site, .supplierItem].contains(kind) || ["Dozens", "WH/Stock/1"].contains(code)
        let outcome = try await service.put([withdrawn]) { $0.validateOnly = true }
        #expect(
          outcome.differences.map { $0.rejection?.reason ?? "" }
            == [isFree ? "" : "RECORD_IN_USE"], "\(kind) \(code)")
      }
    }
  }

  /// A record with one mistake, and the field that the answer has to name.
  static let mistakes: [(any MasterRecord, String)] = [
    (Sample.unit("U", category: ""), "category"),
    (Sample.item("I") { $0.shelfLifeDays = -1 }, "shelf_life_days"),
    (Sample.location("L").changed { $0.usage = .unspecified }, "usage"),
    (
      Sample.location("L").changed {
        $0.usage = .transit
        $0.quarantine = true
      }, "quarantine"
    ),
    (Sample.calendar("C").changed { $0.shifts[1].time?.start = "24:00" }, "shifts[1].time.start"),
    (Sample.calendar("C").changed { $0.shifts[1].time?.start = "13:59" }, "shifts"),
    (Sample.calendar("C").changed { $0.exceptions += $0.exceptions }, "exceptions[1].date"),
    (Sample.calendar("C").changed { $0.exceptions[0].date = "2026-02-30" }, "exceptions[0].date"),
    (
      Sample.site {
        ($0.warehouse, $0.shiftCalendar) = ("", "")
        $0.timeZone = "CET+1"
      }, "time_zone"
    ),
    (Sample.site { $0.currency = "Eur" }, "currency"),
    (Sample.site { $0.operationTypes += $0.operationTypes }, "operation_types[1].code"),
    (Sample.routing("R").changed { $0.operations = [] }, "operations"),
    (Sample.routing("R").changed { $0.operations[0].number = 0 }, "operations[0].number"),
    (Sample.bill("B", of: "X", ["Y"]) { $0.quantity?.value = "0" }, "quantity.value"),
    (Sample.bill("B", of: "X", ["Y", "Z"]) { $0.lines[1].line = 1 }, "lines[1].line"),
    (Sample.bill("B", of: "X", ["Y"]) { $0.lines[0].operation = 10 }, "routing"),
    (Sample.bill("B", of: "X", ["Y"]) { $0.subcontractors = ["V"] }, "subcontractors"),
    (
      Sample.bill("B", of: "X", ["Y"]) { bill in
        bill.byProducts = [
          .with {
            $0.item = "X"
            $0.quantity = bill.quantity
          }
        ]
      }, "by_products[0].item"
    ),
  ]

  @Test("A field that breaks its rule is named with its place")
  func fields() async throws {
    try await MasterDataFixture.run { service in
      for (record, field) in Self.mistakes {
        let outcome = try await service.put([record])
        let fields = outcome.differences.first?.rejection?.violations.map(\.field)
        #expect(
          fields == ["records.records[0].\(field)"], "\(type(of: record).recordKind): \(field)")
      }
    }
  }
}

extension MasterRecord {
  /// The same with a change.
  func changed(_ change: (inout Self) -> Void) -> Self {
    var record = self
    change(&record)
    return record
  }
}

extension Sample {
  static func site(_ change: (inout Masterdata.V1.Site) -> Void) -> Masterdata.V1.Site {
    let site = plant.compactMap { $0 as? Masterdata.V1.Site }.first ?? .init()
    return site.changed(change)
  }
}
