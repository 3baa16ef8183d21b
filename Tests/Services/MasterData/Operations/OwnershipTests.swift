import Contracts
import Protobuf
import ServiceKit
import Testing
import Values

@testable import MasterData

@Suite("Ownership", .timeLimit(.minutes(2)))
struct OwnershipTests {
  private static func rule(
    _ code: String, _ subject: String, stage: String = "", owner: String
  ) -> Masterdata.V1.OwnershipRule {
    .with {
      $0.head = Sample.head(code)
      $0.subject = subject
      $0.stage = stage
      $0.owner = owner
    }
  }

  private func set(
    _ service: MasterDataFixture, _ rules: [Masterdata.V1.OwnershipRule], site: String = "PLANT1"
  ) async throws -> [Masterdata.V1.OwnershipOutcome] {
    try await service.client.setOwnershipRules(
      .with {
        $0.site = site
        $0.ownershipRules = rules
      }
    ).outcomes
  }

  /// What would become of an item that somebody writes.
  private func tried(
    _ service: MasterDataFixture, _ item: Masterdata.V1.Item, as caller: String,
    site: String = "PLANT1"
  ) async throws -> String {
    try await service.client(as: caller).upsertItems(
      .with {
        $0.site = site
        $0.items = [item]
        $0.validateOnly = true
      }
    ).outcomes.first?.rejection?.reason ?? ""
  }

  @Test("Only the owner writes; the refusal names it, and says what is owned")
  func notOwner() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      _ = try await service.put([Sample.item("A")])
      _ = try await set(service, [Self.rule("r", "item", owner: "erp")])
      let other = Sample.item("A") { $0.storable = false }
      let outcomes: [Masterdata.V1.UpsertOutcome] = try await service.put([other])
      let refused = outcomes.first?.rejection
      #expect(refused?.reason == "NOT_OWNER")
      #expect(refused?.message.contains("item in stage RELEASED at PLANT1 belongs to erp") == true)
      let same: [Masterdata.V1.UpsertOutcome] = try await service.put([Sample.item("A")])
      #expect(same.map(\.receipt) == [.duplicate], "what changes nothing is nobody's")
      #expect(try await tried(service, other, as: "erp") == "")
      let units: [Masterdata.V1.UpsertOutcome] = try await service.put([
        Sample.unit("t", category: "weight")
      ])
      #expect(units.map(\.receipt) == [.accepted], "nobody owns units")
    }
  }

  @Test("A group of fields, and a stage, may have owners of their own")
  func groupsAndStages() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      _ = try await service.put([Sample.item("A"), Sample.item("B", .draft)])
      _ = try await set(
        service,
        [
          Self.rule("all", "item", owner: "erp"),
          Self.rule("buying", "item.purchase", owner: "buyer"),
          Self.rule("drafts", "item", stage: "DRAFT", owner: "plm"),
        ])
      let bought = Sample.item("A") { $0.purchaseUnit = "Dozens" }
      let renamed = Sample.item("A") { $0.description_p = "renamed" }
      let both = bought.changed { $0.description_p = "renamed" }
      let draft = Sample.item("B", .draft) { $0.description_p = "renamed" }
      let table: [(Masterdata.V1.Item, String, String)] = [
        (bought, "buyer", ""), (bought, "erp", "NOT_OWNER"), (renamed, "erp", ""),
        (renamed, "buyer", "NOT_OWNER"), (both, "buyer", "NOT_OWNER"), (both, "erp", "NOT_OWNER"),
        // Whoever changes more than a group does not pass by its owner.
        (bought.changed { $0.storable = false }, "erp", "NOT_OWNER"),
        (bought.changed { $0.storable = false }, "buyer", "NOT_OWNER"),
        (draft, "plm", ""), (draft, "erp", "NOT_OWNER"),
        // A new one is a draft before.
        (Sample.item("C"), "plm", ""), (Sample.item("C"), "erp", "NOT_OWNER"),
      ]
      for (place, (item, caller, reason)) in table.enumerated() {
        #expect(try await tried(service, item, as: caller) == reason, "line \(place), \(caller)")
      }
    }
  }

  @Test("Two rules for the same at the same time are refused")
  func overlap() async throws {
    try await MasterDataFixture.run { service in
      let outcomes = try await set(
        service, [Self.rule("a", "item", owner: "x"), Self.rule("b", "item", owner: "y")])
      #expect(outcomes.map { $0.rejection?.reason ?? "" } == ["", "OWNERSHIP_OVERLAP"])
    }
  }

  @Test("Where the site asks for it, a second person approves, and nothing holds before")
  func approval() async throws {
    try await MasterDataFixture.run { service in
      try await service.makeUnits()
      let rule = Self.rule("r", "item", owner: "erp")
      let proposed = try await set(service, [rule], site: "PLANT2")
      #expect(proposed.map(\.receipt) == [.accepted])
      #expect(proposed.map(\.needsApproval) == [true])
      #expect(try await set(service, [rule], site: "PLANT2").map(\.receipt) == [.duplicate])
      let waiting = try await service.client.listOwnershipRules(.with { $0.site = "PLANT2" })
      #expect(waiting.ownershipRules.isEmpty)
      #expect(waiting.proposals.map(\.proposedBy) == ["steward"])
      #expect(try await approve(service, rule, as: "steward") == "SECOND_PERSON")
      let other = Self.rule("r", "item", owner: "somebody")
      #expect(try await approve(service, other, as: "auditor") == "PROPOSAL_UNKNOWN")
      let item = Sample.item("A")
      #expect(try await tried(service, item, as: "steward", site: "PLANT2") == "")
      #expect(try await approve(service, rule, as: "auditor") == "")
      #expect(try await tried(service, item, as: "steward", site: "PLANT2") == "NOT_OWNER")
      let done = try await service.client.listOwnershipRules(.with { $0.site = "PLANT2" })
      #expect(done.proposals.isEmpty)
      #expect(done.ownershipRules.map(\.owner) == ["erp"])
      #expect(try await approve(service, rule, as: "auditor") == "", "again it changes nothing")
    }
  }

  private func approve(
    _ service: MasterDataFixture, _ rule: Masterdata.V1.OwnershipRule, as caller: String
  ) async throws -> String {
    try await service.client(as: caller).approveOwnershipRules(
      .with {
        $0.site = "PLANT2"
        $0.ownershipRules = [rule]
      }
    ).outcomes.first?.rejection?.reason ?? ""
  }
}
