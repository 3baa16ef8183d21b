import Contracts
import Environment
import Protobuf
import ServiceKit
import Testing
import Values

@testable import MasterData

@Suite("Codes of other systems", .timeLimit(.minutes(2)))
struct ResolveCodesTests {
  private func resolve(
    _ service: MasterDataFixture, _ codes: [String], at seconds: Int64? = nil
  ) async throws -> [Masterdata.V1.ResolvedCode] {
    try await service.client.resolveCodes(
      .with {
        $0.site = "PLANT1"
        $0.system = "mes"
        $0.kind = .item
        $0.codes = codes
        $0.at = seconds.map { .init(Instant(seconds: $0)) }
      }
    ).codes
  }

  private func create(_ service: MasterDataFixture, _ rules: [Masterdata.V1.MappingRule])
    async throws -> [String]
  {
    try await service.client.createMappingRules(
      .with {
        $0.site = "PLANT1"
        $0.mappingRules = rules
      }
    ).outcomes.map { $0.rejection?.reason ?? "" }
  }

  @Test("A code is resolved as soon as its rule and its record are there, and no longer")
  func resolve() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      #expect(try await resolve(service, ["17"]).map(\.resolution) == [.unmapped])
      #expect(try await create(service, [Sample.mapping("r", .code("17"), to: "VALVE")]) == [""])
      #expect(try await resolve(service, ["17"]).map(\.resolution) == [.noRecord])
      _ = try await service.put([Sample.item("VALVE")])
      let found = try await resolve(service, ["17", "18"])
      #expect(found.map(\.resolution) == [.resolved, .unmapped])
      #expect(found.map(\.code) == ["VALVE", ""])
      #expect(found.map(\.mappingRule) == ["r", ""])
      _ = try await service.put([Sample.item("VALVE", .withdrawn)])
      #expect(try await resolve(service, ["17"]).map(\.resolution) == [.noRecord])
      let retired = try await service.client.retireMappingRules(
        .with {
          $0.site = "PLANT1"
          $0.codes = ["r", "nothing"]
        })
      #expect(retired.outcomes.map(\.receipt) == [.accepted, .rejected])
      #expect(retired.outcomes.last?.rejection?.reason == "MAPPING_RULE_UNKNOWN")
      #expect(try await resolve(service, ["17"]).map(\.resolution) == [.unmapped])
    }
  }

  @Test("What a rule says stays; another one takes its place when it has ended")
  func changes() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      _ = try await service.put([Sample.item("OLD"), Sample.item("NEW")])
      let old = Sample.mapping("old", .code("17"), to: "OLD")
      #expect(try await create(service, [old]) == [""])
      #expect(
        try await create(service, [old.changed { $0.target = "NEW" }]) == ["MAPPING_RULE_CHANGED"])
      let new = Sample.mapping("new", .code("17"), to: "NEW", from: 2_000_000_000)
      #expect(try await create(service, [new]) == ["MAPPING_OVERLAP"])
      let ending = Sample.mapping("old", .code("17"), to: "OLD", until: 2_000_000_000)
      #expect(try await create(service, [ending, new]) == ["", ""])
      #expect(try await resolve(service, ["17"], at: 1_999_999_999).map(\.code) == ["OLD"])
      #expect(try await resolve(service, ["17"], at: 2_000_000_000).map(\.code) == ["NEW"])
    }
  }

  @Test("A rule ends from now on or later, never before, and what is retired stays so")
  func endings() async throws {
    try await MasterDataFixture.run { service in
      let now = service.clock.now.microseconds / 1_000_000
      func rule(_ until: Int64?) -> Masterdata.V1.MappingRule {
        Sample.mapping("r", .code("17"), to: "A", until: until)
      }
      #expect(try await create(service, [rule(nil)]) == [""])
      #expect(try await create(service, [rule(now - 10)]) == ["MAPPING_RULE_CHANGED"])
      #expect(try await create(service, [rule(now + 10)]) == [""])
      #expect(try await create(service, [rule(now + 20)]) == [""])
      let begun = Sample.mapping("r", .code("17"), to: "A", from: now - 10, until: now + 20)
      #expect(try await create(service, [begun]) == ["MAPPING_RULE_CHANGED"])
      _ = try await service.client.retireMappingRules(
        .with {
          $0.site = "PLANT1"
          $0.codes = ["r"]
        })
      #expect(try await create(service, [rule(now + 20)]) == ["MAPPING_RULE_CHANGED"])
    }
  }

  @Test("Two codes may mean one record: merged items keep both")
  func merged() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      _ = try await service.put([Sample.item("VALVE")])
      let rules = [
        Sample.mapping("a", .code("17"), to: "VALVE"),
        Sample.mapping("b", .code("18"), to: "VALVE"),
      ]
      #expect(try await create(service, rules) == ["", ""])
      #expect(try await resolve(service, ["17", "18"]).map(\.code) == ["VALVE", "VALVE"])
    }
  }

  @Test("Rules are tried without being kept")
  func trial() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      _ = try await service.put([Sample.item("VALVE")])
      let tried = try await service.client.testMappingRules(
        .with {
          $0.site = "PLANT1"
          $0.system = "mes"
          $0.kind = .item
          $0.mappingRules = [Sample.mapping("r", .codePrefix("A-"), to: "")]
          $0.codes = ["A-VALVE", "VALVE"]
        })
      #expect(tried.codes.map(\.resolution) == [.resolved, .unmapped])
      #expect(try await resolve(service, ["A-VALVE"]).map(\.resolution) == [.unmapped])
    }
  }

  @Test("What nobody knows is listed by how often it was asked for, until it is mapped")
  func unmapped() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      _ = try await service.put([Sample.item("VALVE")])
      for _ in 0..<3 { _ = try await resolve(service, ["17", "18"]) }
      _ = try await resolve(service, ["18"])
      try await service.unmapped.write(to: service.program.database)
      let all = try await list(service).codes
      #expect(all.map(\.code) == ["18", "17"])
      #expect(all.map(\.count) == [4, 3])
      let first = try await list(service, 1)
      #expect(first.codes.map(\.code) == ["18"])
      let second = try await list(service, 1, first.page?.nextPageToken ?? "")
      #expect(second.codes.map(\.code) == ["17"])
      #expect(second.page?.nextPageToken == "")
      _ = try await create(service, [Sample.mapping("r", .code("18"), to: "VALVE")])
      #expect(try await list(service).codes.map(\.code) == ["17"])
    }
  }

  private func list(_ service: MasterDataFixture, _ size: Int32 = 0, _ token: String = "")
    async throws -> Masterdata.V1.ListUnmappedCodesResponse
  {
    try await service.client.listUnmappedCodes(
      .with {
        $0.site = "PLANT1"
        $0.page = .with {
          $0.pageSize = size
          $0.pageToken = token
        }
      })
  }
}
