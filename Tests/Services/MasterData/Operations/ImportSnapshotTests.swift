import Contracts
import Protobuf
import ServiceKit
import Testing
import Values

@testable import MasterData

@Suite("Snapshots", .timeLimit(.minutes(2)))
struct ImportSnapshotTests {
  @Test("A complete snapshot withdraws what is missing, in an order that nothing is in the way")
  func complete() async throws {
    try await MasterDataFixture.run { service in
      _ = try await service.put(Sample.plant)
      let rest = Sample.plant.filter { record in
        !["VALVE", "VALVE/A", "BODY"].contains(record.head?.code)
      }
      let outcome = try await service.put(rest) {
        $0.completeKinds = [.item, .billOfMaterial]
        $0.maximumWithdrawnPercent = 100
      }
      #expect(outcome.differences.map(\.code) == ["VALVE/A", "BODY", "VALVE"])
      #expect(outcome.differences.map(\.change) == [.withdrawn, .withdrawn, .withdrawn])
      #expect(try await service.item("VALVE")?.head?.lifeCycle == .withdrawn)
      #expect(try await service.item("STEEL")?.head?.lifeCycle == .released)
    }
  }

  @Test("One that would withdraw too much changes nothing at all")
  func tooMuch() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      _ = try await service.put((0..<20).map { Sample.item("I\($0)") })
      let few = (0..<17).map { place in Sample.item("I\(place)") { $0.description_p = "new" } }
      let failure = await #expect(throws: (any Error).self) {
        _ = try await service.put(few) { $0.completeKinds = [.item] }
      }
      #expect("\(failure.map { "\($0)" } ?? "")".contains("3 of 20 of kind item are missing"))
      #expect(try await service.item("I0")?.description_p == "Item I0", "nothing was changed")
      let meant = try await service.put(few) {
        $0.completeKinds = [.item]
        $0.maximumWithdrawnPercent = 15
      }
      #expect(meant.counts.map(\.withdrawn) == [3])
      #expect(meant.counts.map(\.changed) == [17])
    }
  }

  @Test("A preview says what would become of records that name each other, and writes nothing")
  func preview() async throws {
    try await MasterDataFixture.run { service in
      let tried = try await service.put(Sample.plant) { $0.validateOnly = true }
      #expect(tried.differences.map(\.change) == Sample.plant.map { _ in .created })
      #expect(try await service.item("VALVE") == nil)
      _ = try await service.put(Sample.plant)
      let rest = Sample.plant.filter { $0.head?.code != "VALVE/A" && $0.head?.code != "VALVE" }
      let less = try await service.put(rest) {
        $0.completeKinds = [.item, .billOfMaterial]
        $0.maximumWithdrawnPercent = 100
        $0.validateOnly = true
      }
      #expect(less.differences.map(\.code) == ["VALVE/A", "VALVE"])
      #expect(less.differences.map(\.change) == [.withdrawn, .withdrawn])
      #expect(try await service.item("VALVE")?.head?.lifeCycle == .released)
    }
  }

  @Test("What is missing and still in use is told, and stays")
  func inUse() async throws {
    try await MasterDataFixture.run { service in
      _ = try await service.put(Sample.plant)
      let rest = Sample.plant.filter { $0.head?.code != "BODY" }
      let outcome = try await service.put(rest) {
        $0.completeKinds = [.item]
        $0.maximumWithdrawnPercent = 100
      }
      #expect(outcome.differences.map(\.code) == ["BODY"])
      #expect(outcome.differences.map { $0.rejection?.reason } == ["RECORD_IN_USE"])
      #expect(try await service.item("BODY")?.head?.lifeCycle == .released)
    }
  }

  @Test("A third snapshot waits until one of two is done with, also when its caller has gone")
  func places() async throws {
    try await MasterDataFixture.run { service in
      let head = Masterdata.V1.SnapshotHead.with { $0.site = "PLANT1" }
      var open:
        [ClientStreamingCall<
          Masterdata.V1.ImportSnapshotRequest, Masterdata.V1.ImportSnapshotResponse
        >] = []
      for _ in 0..<ImportPlaces.maximum {
        let call = try await service.client.importSnapshot()
        try await call.requests.write(.with { $0.part = .head(head) })
        open.append(call)
      }
      // The heads may still be on their way.
      while service.places.free > 0 { await Task.yield() }
      let failure = await #expect(throws: (any Error).self) {
        _ = try await service.put([Sample.unit("A")] as [any MasterRecord])
      }
      #expect("\(failure.map { "\($0)" } ?? "")".contains("TOO_MANY_SNAPSHOTS"))
      // One is ended in good order, the other dropped.
      _ = try await open.removeFirst().response()
      let taken = try await service.put([Sample.unit("A")] as [any MasterRecord])
      #expect(taken.counts.map(\.created) == [1])
      open = []
      while service.places.free < ImportPlaces.maximum { await Task.yield() }
    }
  }

  private typealias Part = Masterdata.V1.ImportSnapshotRequest.OneOf_Part

  private static func records(_ records: any MasterRecord...) -> Part {
    .records(.with { $0.records = records.map(\.asRecord) })
  }

  @Test("Records without a head, a second head, a code twice, a rule: the call says which")
  func order() async throws {
    let head = Part.head(.with { $0.site = "PLANT1" })
    let unit = Self.records(Sample.unit("A"))
    let wrong: [([Part?], String)] = [
      ([], "head"), ([nil], "head"), ([unit], "head"), ([head, head], "head"),
      ([head, Self.records()], "records.records"),
      ([head, unit, unit], "records.records[0].head.code"),
      ([head, Self.records(Sample.mapping("r", .code("1"), to: "A"))], "records.records[0]"),
    ]
    try await MasterDataFixture.run { service in
      for (parts, field) in wrong {
        let failure = await #expect(throws: (any Error).self) {
          let call = try await service.client.importSnapshot()
          // The call may have ended before the last part is sent.
          for part in parts { try? await call.requests.write(.with { $0.part = part }) }
          _ = try await call.response()
        }
        #expect("\(failure.map { "\($0)" } ?? "")".contains("\(field) "), "\(field)")
      }
      let units = try await service.client.listUnits(.with { $0.site = "PLANT1" }).units
      #expect(units.isEmpty)
    }
  }
}
