import Contracts
import Environment
import Protobuf
import ServiceKit
import TestFolders
import Testing
import Values

@testable import Production

/// Random conversations between an ERP system, an MES that repeats itself, and the Gateway's
/// outcomes, held against a model that only knows sums. A failure prints its seed.
@Suite("Random conversations")
struct ConversationTests {
  private static let orders = ["A", "B", "C"]
  private static let stepsPerConversation = 50
  private static let runs = 2

  /// What an order must look like, in whole pieces.
  private struct Model {
    var state = Production.V1.OrderState.unspecified
    var good = 0
    var cut = 0
    var reports: [Int64] = []
    var outcomeRevision: Int64 = 0
    var booked: Int64 = 0
    var planned = 1000
    /// What the change that waits wants to have planned, and how many there were.
    var waiting: Int?
    var changes: Int64 = 0
    /// Where the work orders of CUT and ASSEMBLE stand.
    var works = [Production.V1.WorkOrderState.pending, .pending]
    /// Reports that came after the end in the ERP system.
    var late = 0

    var takesReports: Bool { [.acknowledged, .running].contains(state) }
    var isEndedInERP: Bool { [.cancelledInErp, .closedInErp].contains(state) }

    /// A report says that somebody works, and good pieces are handed on.
    mutating func worked(isCut: Bool, isFinal: Bool) {
      let place = isCut ? 0 : 1
      if [.pending, .ready].contains(works[place]) { works[place] = .running }
      if isCut, works[1] == .pending { works[1] = .ready }
      if isFinal { works = [.completed, .completed] }
    }
  }

  private struct Fact {
    var request: Production.V1.ReportProductionRequest
    var reportID: String
    var sequence: Int64
  }

  private final class Conversation {
    /// Another one after each restart.
    var production: ProductionFixture
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
    try await TemporaryFolder.use { folder in
      var kept: Conversation?
      for run in 0..<Self.runs {
        try await ProductionFixture.run(in: folder, seed: seed &+ UInt64(run) << 32) { production in
          let conversation = kept ?? Conversation(production, seed: seed)
          conversation.production = production
          kept = conversation
          for _ in 1...Self.stepsPerConversation { try await step(conversation) }
          try await compare(conversation, seed)
        }
      }
    }
  }

  private func step(_ conversation: Conversation) async throws {
    switch conversation.number(0...14) {
    case 0: try await release(conversation)
    case 1: try await acknowledge(conversation)
    case 2...6: try await report(conversation)
    case 7: try await repeatFact(conversation)
    case 8: try await reuseIdentity(conversation)
    case 9...10: try await outcome(conversation)
    case 11: try await start(conversation)
    case 12: try await change(conversation)
    case 13: try await answer(conversation)
    default: if conversation.number(0...4) == 0 { try await end(conversation) }
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
        conversation.models[name]?.works[0] = .ready
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
    let before = conversation.models[name] ?? Model()
    do {
      let response = try await conversation.production.client().reportProduction(request)
      #expect(before.takesReports && !(isFinal && before.waiting != nil) || before.isEndedInERP)
      #expect(response.receipt == .accepted)
      #expect(response.sequence == conversation.nextSequence)
      conversation.nextSequence += 1
      conversation.facts.append(
        Fact(request: request, reportID: response.reportID, sequence: response.sequence))
      if before.isEndedInERP {
        conversation.models[name]?.late += 1
      } else {
        conversation.models[name]?.state = isFinal ? .completed : .running
      }
      conversation.models[name]?.worked(isCut: isCut, isFinal: isFinal)
      conversation.models[name]?.reports.append(response.sequence)
      if isCut {
        conversation.models[name]?.cut += good
      } else {
        conversation.models[name]?.good += good
      }
    } catch let refusal as Refusal {
      let expected =
        before.state == .unspecified
        ? "ORDER_NOT_FOUND" : before.takesReports ? "CHANGE_WAITING" : "ORDER_STATE"
      #expect(refusal.reason == expected)
      #expect(!before.takesReports || isFinal && before.waiting != nil)
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

  private func start(_ conversation: Conversation) async throws {
    let name = conversation.anyOrder()
    guard let before = conversation.models[name] else { return }
    conversation.nextEvent += 1
    do {
      _ = try await conversation.production.client().startWorkOrder(
        .with { [event = conversation.nextEvent] in
          $0.site = ProductionFixture.site
          $0.header = WorkOrderTests.header("start-\(event)")
          $0.orderName = name
          $0.operation = "CUT"
        })
      #expect(before.takesReports && before.waiting == nil && before.works[0] == .ready)
      conversation.models[name]?.state = .running
      conversation.models[name]?.works[0] = .running
    } catch let refusal as Refusal {
      let expected =
        before.state == .unspecified
        ? "ORDER_NOT_FOUND"
        : before.waiting != nil
          ? "CHANGE_WAITING" : before.takesReports ? "WORK_ORDER_STATE" : "ORDER_STATE"
      #expect(refusal.reason == expected)
      #expect(!before.takesReports || before.waiting != nil || before.works[0] != .ready)
    }
  }

  private func change(_ conversation: Conversation) async throws {
    let name = conversation.anyOrder()
    let planned = 1000 * conversation.number(1...3)
    guard var model = conversation.models[name] else { return }
    conversation.nextEvent += 1
    do {
      let response = try await conversation.production.gateway.changeReleasedOrder(
        ChangeOrderTests.change("change-\(conversation.nextEvent)", planned: "\(planned)") {
          $0.orderName = name
          // Only the quantity.
          $0.components = Sample.release().components
        })
      #expect(model.takesReports || model.state == .released)
      let isNew = planned != model.waiting ?? model.planned
      #expect(response.receipt == (isNew ? .accepted : .duplicate))
      guard isNew else { return }
      if model.waiting != nil, planned == model.planned {
        model.waiting = nil
      } else {
        model.changes += 1
        if model.state == .released { model.planned = planned } else { model.waiting = planned }
      }
      conversation.models[name] = model
    } catch let refusal as Refusal {
      #expect(["ORDER_STATE", "ORDER_NOT_FOUND"].contains(refusal.reason))
      #expect(!model.takesReports && model.state != .released)
    }
  }

  private func answer(_ conversation: Conversation) async throws {
    let name = conversation.anyOrder()
    guard var model = conversation.models[name] else { return }
    let accepts = conversation.number(0...1) == 0
    conversation.nextEvent += 1
    do {
      var answer = ChangeOrderTests.answer(
        max(1, model.changes), refusal: accepts ? "" : "no",
        request: "answer-\(conversation.nextEvent)")
      answer.orderName = name
      _ = try await conversation.production.client().acknowledgeChange(answer)
      #expect(model.takesReports && model.waiting != nil)
      if accepts, let waiting = model.waiting { model.planned = waiting }
      model.waiting = nil
      conversation.models[name] = model
    } catch let refusal as Refusal {
      #expect(
        ["ORDER_STATE", "ORDER_NOT_FOUND", "CHANGE_NOT_WAITING"].contains(refusal.reason))
      #expect(!model.takesReports || model.waiting == nil)
    }
  }

  private func end(_ conversation: Conversation) async throws {
    let name = conversation.anyOrder()
    guard let model = conversation.models[name] else { return }
    let ending: Production.V1.OrderEnding =
      conversation.number(0...1) == 0 ? .cancelledInErp : .closedInErp
    conversation.nextEvent += 1
    do {
      let answer = try await conversation.production.gateway.cancelOrder(
        CancelOrderTests.cancel(
          ending, request: "end-\(conversation.nextEvent)", order: name))
      #expect(model.takesReports || [.released, .completed].contains(model.state))
      conversation.models[name]?.state = answer.order?.state ?? .unspecified
      conversation.models[name]?.waiting = nil
      #expect(conversation.models[name]?.isEndedInERP == true)
    } catch let refusal as Refusal {
      #expect(["ORDER_STATE", "ORDER_NOT_FOUND"].contains(refusal.reason))
      #expect(!model.takesReports && ![.released, .completed].contains(model.state))
    }
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
      #expect(order.plannedQuantity?.value == "\(model.planned)", "seed \(seed), order \(name)")
      #expect((order.change?.state == .waiting) == (model.waiting != nil), "seed \(seed)")
      #expect(order.change?.number ?? 0 == model.changes, "seed \(seed)")
      let works = try await conversation.production.client().listWorkOrders(
        .with {
          $0.site = ProductionFixture.site
          $0.orderName = name
        }
      ).workOrders
      #expect(works.map(\.state) == model.works, "seed \(seed), order \(name)")
      let cases = try await conversation.production.client().listProductionCases(
        .with {
          $0.site = ProductionFixture.site
          $0.orderName = name
        }
      ).cases
      #expect(cases.map(\.reportCount) == (model.late > 0 ? [Int64(model.late)] : []))
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
