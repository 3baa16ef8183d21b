import Contracts
import Environment
import Protobuf
import ServiceKit
import Testing
import Values

@testable import Production

/// Random conversations between an ERP system, an MES that repeats itself, and the Gateway's
/// outcomes, held against a model that only knows sums. A failure prints its seed.
@Suite("Random conversations")
struct ConversationTests {
  private static let orders = ["A", "B", "C"]
  private static let stepsPerConversation = 80

  /// What an order must look like, in whole pieces.
  private struct Model {
    var state = Production.V1.OrderState.unspecified
    var good = 0
    var cut = 0
    var reports: [Int64] = []
    var outcomeRevision: Int64 = 0
    var booked: Int64 = 0
  }

  private struct Fact {
    var request: Production.V1.ReportProductionRequest
    var reportID: String
    var sequence: Int64
  }

  private final class Conversation {
    let production: ProductionFixture
    var generator: SeededGenerator
    var models = Dictionary(uniqueKeysWithValues: orders.map { ($0, Model()) })
    var facts: [Fact] = []
    var nextEvent = 0
    var nextSequence: Int64 = 1

    init(_ production: ProductionFixture, seed: UInt64) {
      self.production = production
      generator = SeededGenerator(seed: seed)
    }

    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    func anyOrder() -> String { orders[number(0...(orders.count - 1))] }
  }

  @Test(
    "State, totals, sequences and postings are those of the model", arguments: Array<UInt64>(1...12)
  )
  func conversation(seed: UInt64) async throws {
    try await ProductionFixture.run(seed: seed) { production in
      let conversation = Conversation(production, seed: seed)
      for _ in 1...Self.stepsPerConversation {
        switch conversation.number(0...9) {
        case 0: try await release(conversation)
        case 1: try await acknowledge(conversation)
        case 2...6: try await report(conversation)
        case 7: try await repeatFact(conversation)
        case 8: try await reuseIdentity(conversation)
        default: try await outcome(conversation)
        }
      }
      try await compare(conversation, seed)
    }
  }

  private func release(_ conversation: Conversation) async throws {
    let name = conversation.anyOrder()
    var request = Sample.release(name, request: "release-\(name)")
    request.plannedQuantity = Sample.quantity("1000")
    let response = try await conversation.production.gateway.releaseOrder(request)
    let isNew = conversation.models[name]?.state == .unspecified
    #expect(response.receipt == (isNew ? .accepted : .duplicate))
    if isNew { conversation.models[name]?.state = .released }
  }

  private func acknowledge(_ conversation: Conversation) async throws {
    let name = conversation.anyOrder()
    do {
      _ = try await conversation.production.client().acknowledgeOrder(
        Sample.acknowledge(name, request: "acknowledge-\(name)"))
      #expect(conversation.models[name]?.state != .unspecified)
      if conversation.models[name]?.state == .released {
        conversation.models[name]?.state = .acknowledged
      }
    } catch let refusal as Refusal {
      #expect(refusal.reason == "ORDER_NOT_FOUND")
      #expect(conversation.models[name]?.state == .unspecified)
    }
  }

  private func report(_ conversation: Conversation) async throws {
    let name = conversation.anyOrder()
    let good = conversation.number(1...9)
    let isCut = conversation.number(0...3) == 0
    let isFinal = !isCut && conversation.number(0...9) == 0
    conversation.nextEvent += 1
    let request = Sample.report(
      "event-\(conversation.nextEvent)", good: "\(good)", final: isFinal, order: name,
      operation: isCut ? "CUT" : "")
    let state = conversation.models[name]?.state ?? .unspecified
    do {
      let response = try await conversation.production.client().reportProduction(request)
      #expect([.acknowledged, .running].contains(state))
      #expect(response.receipt == .accepted)
      #expect(response.sequence == conversation.nextSequence)
      conversation.nextSequence += 1
      conversation.facts.append(
        Fact(request: request, reportID: response.reportID, sequence: response.sequence))
      conversation.models[name]?.state = isFinal ? .completed : .running
      conversation.models[name]?.reports.append(response.sequence)
      if isCut {
        conversation.models[name]?.cut += good
      } else {
        conversation.models[name]?.good += good
      }
    } catch let refusal as Refusal {
      let expected = state == .unspecified ? "ORDER_NOT_FOUND" : "ORDER_STATE"
      #expect(refusal.reason == expected)
      #expect(![.acknowledged, .running].contains(state))
    }
  }

  private func repeatFact(_ conversation: Conversation) async throws {
    guard let fact = conversation.facts.randomElement(using: &conversation.generator) else {
      return
    }
    let response = try await conversation.production.client().reportProduction(fact.request)
    #expect(response.receipt == .duplicate)
    #expect(response.reportID == fact.reportID)
    #expect(response.sequence == fact.sequence)
    #expect(response.orderState == conversation.models[fact.request.orderName]?.state)
  }

  private func reuseIdentity(_ conversation: Conversation) async throws {
    guard var fact = conversation.facts.randomElement(using: &conversation.generator) else {
      return
    }
    fact.request.scrap = Sample.quantity("1")
    let refusal = await #expect(throws: Refusal.self) {
      try await conversation.production.client().reportProduction(fact.request)
    }
    #expect(refusal?.reason == "SOURCE_EVENT_REUSED")
  }

  /// Books through some report of an order; now and then with a revision that is too old.
  private func outcome(_ conversation: Conversation) async throws {
    let name = conversation.anyOrder()
    guard var model = conversation.models[name],
      let booked = model.reports.randomElement(using: &conversation.generator)
    else { return }
    let isOld = model.outcomeRevision > 0 && conversation.number(0...3) == 0
    let revision = isOld ? model.outcomeRevision : model.outcomeRevision + 1
    let response = try await conversation.production.feed().reportOutcome(
      Sample.outcome(.booked, revision: revision, covers: booked, booked: booked, order: name))
    #expect(response.applied == !isOld)
    if isOld { return }
    model.outcomeRevision = revision
    model.booked = booked
    if model.state == .completed, booked == model.reports.last { model.state = .closed }
    conversation.models[name] = model
  }

  private func compare(_ conversation: Conversation, _ seed: UInt64) async throws {
    for (name, model) in conversation.models where model.state != .unspecified {
      let order = try await conversation.production.order(name)
      #expect(order.state == model.state, "seed \(seed), order \(name)")
      #expect(order.progress?.good?.value == "\(model.good)", "seed \(seed), order \(name)")
      #expect(
        order.progress?.operations.map(\.good?.value) == ["\(model.cut)", "\(model.good)"],
        "seed \(seed), order \(name)")
      #expect(order.progress?.reportCount == Int64(model.reports.count), "seed \(seed)")
      let reports = try await conversation.production.client().listReports(
        .with {
          $0.site = ProductionFixture.site
          $0.orderName = name
          $0.page = .with { $0.pageSize = 500 }
        }
      ).reports
      #expect(reports.map(\.sequence) == model.reports, "seed \(seed), order \(name)")
      #expect(
        reports.map { $0.posting?.state == .booked } == model.reports.map { $0 <= model.booked },
        "seed \(seed), order \(name)")
    }
    let counts = try await conversation.production.rowCounts()
    #expect(counts["reports"] == Int64(conversation.facts.count), "seed \(seed)")
  }
}
