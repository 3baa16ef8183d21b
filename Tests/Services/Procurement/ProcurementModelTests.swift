import Contracts
import Environment
import Foundation
import Houses
import Protobuf
import Seeds
import ServiceKit
import TestFolders
import Testing
import Values

@testable import Procurement

/// Random conversations of a buyer and two suppliers, whose steps cross, come twice or out of turn, over restarts:
/// each step is taken or refused as a small model says, orders stand where it says, what was received is the sum of the
/// receipts, and whatever a supplier does to another one's order is answered as to one that is not there.
@Suite("Procurement against a model", .timeLimit(.minutes(3)))
struct ProcurementModelTests {
  private static let runs = 3
  private static let stepsPerRun = 120

  private struct Order {
    var supplier: String
    var state = PurchaseOrderState.published
    var revision: Int64 = 1
    var ordered: Int64
    /// `nil` before anything is agreed.
    var agreed: Int64?
    var confirmations: Int32 = 0
    /// What a waiting confirmation proposes.
    var proposal: Int64?
    var shipped: Int64 = 0
    var received: Int64 = 0

    func allows(_ step: PurchaseOrderStep) -> Bool { step.allowedStates.contains(state) }
  }

  private struct Notice {
    var order: String
    var quantity: Int64
    var isOpen = true
  }

  private struct Model {
    var orders: [String: Order] = [:]
    var notices: [String: Notice] = [:]
    var number = 0
  }

  @Test("Every step is taken or refused as the model says, and orders stand where it says")
  func model() async throws {
    let seed = TestSeed(of: "procurement against a model")
    var generator = seed.generator()
    var model = Model()
    try await TemporaryFolder.use { folder in
      for run in 1...Self.runs {
        try await ProcurementFixture.run(in: folder, seed: UInt64(run)) { procurement in
          for _ in 1...Self.stepsPerRun {
            model.number += 1
            try await step(procurement, &model, &generator)
          }
          for (name, order) in model.orders { try await compare(procurement, name, order) }
        }
      }
    }
  }

  private func step(
    _ procurement: ProcurementFixture, _ model: inout Model, _ generator: inout SeededGenerator
  ) async throws {
    let choice = Int.random(in: 0...13, using: &generator)
    let quantity = Int64.random(in: 1...20, using: &generator)
    guard choice > 1, let name = model.orders.keys.sorted().randomElement(using: &generator),
      var order = model.orders[name]
    else { return try await publish(procurement, &model, quantity, &generator) }
    let mine = procurement.supplier(order.supplier)
    let request = "r-\(model.number)"
    switch choice {
    case 2:
      // Somebody else's supplier tries, and learns nothing.
      let other = procurement.supplier(order.supplier == "V-1" ? "V-2" : "V-1")
      try await expect("PURCHASE_ORDER_NOT_FOUND") {
        _ = try await other.confirmPurchaseOrder(
          Sample.confirm(name, revision: order.revision, [Sample.accepted(1)], request: request))
      }
    case 3:
      try await expect(order.allows(.acknowledge) ? nil : "PURCHASE_ORDER_STATE") {
        _ = try await mine.acknowledgePurchaseOrder(
          .with {
            $0.site = HouseFixture.site
            $0.requestID = request
            $0.orderName = name
          })
      }
      if order.allows(.acknowledge) { order.state = .acknowledged }
    case 4:
      try await expect(order.allows(.confirm) ? nil : "PURCHASE_ORDER_STATE") {
        let confirm = Sample.confirm(
          name, revision: order.revision, [Sample.accepted(1)], request: request)
        _ = try await mine.confirmPurchaseOrder(confirm)
        // What was said is said once, however often.
        #expect(try await mine.confirmPurchaseOrder(confirm).receipt == .duplicate)
      }
      if order.allows(.confirm) {
        order.confirmations += 1
        (order.state, order.agreed, order.proposal) = (.confirmed, order.ordered, nil)
      }
    case 5:
      try await expect(order.allows(.confirm) ? nil : "PURCHASE_ORDER_STATE") {
        _ = try await mine.confirmPurchaseOrder(
          Sample.confirm(
            name, revision: order.revision,
            [
              .with {
                $0.line = 1
                $0.answer = .changed
                $0.proposal = Sample.line(1, "", "\(quantity)")
                $0.reason = "less"
              }
            ], request: request))
      }
      if order.allows(.confirm) {
        order.confirmations += 1
        (order.state, order.agreed, order.proposal) = (.acknowledged, nil, quantity)
      }
    case 6, 7:
      let isAccepted = choice == 6
      let expected =
        !order.allows(.decide)
        ? "PURCHASE_ORDER_STATE" : order.proposal == nil ? "CONFIRMATION_NOT_WAITING" : nil
      try await expect(expected) {
        try await decide(procurement, name, max(1, order.confirmations), isAccepted, request)
      }
      if expected == nil {
        if isAccepted { (order.state, order.agreed) = (.confirmedWithChanges, order.proposal) }
        order.proposal = nil
      }
    case 8:
      let expected =
        !order.allows(.change)
        ? "PURCHASE_ORDER_STATE" : quantity < order.shipped ? "BELOW_SHIPPED" : nil
      try await expect(expected) {
        _ = try await procurement.buyer.changePurchaseOrder(
          .with {
            $0.site = HouseFixture.site
            $0.requestID = request
            $0.orderName = name
            $0.contentRevision = order.revision
            $0.lines = [Sample.line(1, "STEEL", "\(quantity)")]
          })
      }
      if expected == nil {
        order.revision += 1
        (order.state, order.ordered, order.agreed, order.proposal) = (
          .published, quantity, nil, nil
        )
      }
    case 9:
      let expected =
        !order.allows(.cancel)
        ? "PURCHASE_ORDER_STATE" : order.shipped > 0 ? "ORDER_SHIPPED" : nil
      try await expect(expected) {
        _ = try await procurement.buyer.cancelPurchaseOrder(
          .with {
            $0.site = HouseFixture.site
            $0.requestID = request
            $0.orderName = name
            $0.reason = "not needed"
          })
      }
      if expected == nil { order.state = .cancelled }
    case 10, 11:
      let limit = (order.agreed ?? order.ordered) * 110
      let expected =
        !order.allows(.ship)
        ? "PURCHASE_ORDER_STATE"
        : (order.shipped + quantity) * 100 > limit ? "OVER_DELIVERY" : nil
      let number = "N-\(model.number)"
      try await expect(expected) {
        _ = try await mine.submitShipNotice(
          Sample.notice(
            number, supplier: order.supplier, package: model.number,
            [Sample.content(name, "\(quantity)")]))
      }
      if expected == nil {
        order.shipped += quantity
        model.notices[number] = Notice(order: name, quantity: quantity)
      }
    default:
      model.orders[name] = order
      return try await settle(procurement, &model, isReceipt: choice == 12, quantity, &generator)
    }
    model.orders[name] = order
    try await compare(procurement, name, order)
  }

  private func publish(
    _ procurement: ProcurementFixture, _ model: inout Model, _ quantity: Int64,
    _ generator: inout SeededGenerator
  ) async throws {
    let name = "P-\(model.number)"
    let supplier = Bool.random(using: &generator) ? "V-1" : "V-2"
    var request = Sample.order(name, supplier: supplier, quantity: "\(quantity)")
    request.lines.removeLast()
    _ = try await procurement.buyer.publishPurchaseOrder(request)
    model.orders[name] = Order(supplier: supplier, ordered: quantity)
  }

  private func decide(
    _ procurement: ProcurementFixture, _ name: String, _ number: Int32, _ isAccepted: Bool,
    _ request: String
  ) async throws {
    guard isAccepted else {
      _ = try await procurement.buyer.rejectConfirmation(
        .with {
          $0.site = HouseFixture.site
          $0.requestID = request
          $0.orderName = name
          $0.number = number
          $0.reason = "too little"
        })
      return
    }
    _ = try await procurement.buyer.acceptConfirmation(
      .with {
        $0.site = HouseFixture.site
        $0.requestID = request
        $0.orderName = name
        $0.number = number
      })
  }

  /// A notice is received, with more or less than it says, or taken back.
  private func settle(
    _ procurement: ProcurementFixture, _ model: inout Model, isReceipt: Bool, _ quantity: Int64,
    _ generator: inout SeededGenerator
  ) async throws {
    guard let number = model.notices.keys.sorted().randomElement(using: &generator),
      let notice = model.notices[number], var order = model.orders[notice.order]
    else { return }
    if isReceipt {
      let expected =
        !notice.isOpen
        ? "SHIP_NOTICE_STATE" : order.allows(.receive) ? nil : "PURCHASE_ORDER_STATE"
      try await expect(expected) {
        let receipt = Sample.receipt(
          "receipt-\(model.number)", notice: number, supplier: order.supplier,
          [(notice.order, "C-1", "\(quantity)", "")])
        let answer = try await procurement.buyer.recordReceipt(receipt)
        #expect(answer.discrepancies.isEmpty == (quantity == notice.quantity))
        #expect(try await procurement.buyer.recordReceipt(receipt).receipt == .duplicate)
      }
      if expected == nil {
        order.received += quantity
        order.shipped += quantity - notice.quantity
        let wanted = order.agreed ?? order.ordered
        order.state = order.received >= wanted ? .received : .partiallyReceived
        model.notices[number]?.isOpen = false
      }
    } else {
      try await expect(notice.isOpen ? nil : "SHIP_NOTICE_STATE") {
        _ = try await procurement.supplier(order.supplier).cancelShipNotice(
          .with {
            $0.site = HouseFixture.site
            $0.requestID = "cancel-\(model.number)"
            $0.supplierCode = order.supplier
            $0.noticeNumber = number
            $0.reason = "wrong truck"
          })
      }
      if notice.isOpen {
        order.shipped -= notice.quantity
        model.notices[number]?.isOpen = false
      }
    }
    model.orders[notice.order] = order
    try await compare(procurement, notice.order, order)
  }

  /// Makes a call that has to end with a reason, or well.
  private func expect(_ reason: String?, _ call: () async throws -> Void) async throws {
    do {
      try await call()
      #expect(reason == nil, "it was taken")
    } catch let refusal as Refusal {
      #expect(refusal.reason == reason, "\(refusal)")
    }
  }

  private func compare(
    _ procurement: ProcurementFixture, _ name: String, _ order: Order
  ) async throws {
    let found = try await procurement.order(name)
    #expect(PurchaseOrderState(found) == order.state, "\(name)")
    #expect(found.contentRevision == order.revision)
    #expect(found.agreedLines.first?.quantity?.value == order.agreed.map(String.init))
    let progress = found.progress.first
    #expect(progress?.shipped?.value ?? "0" == "\(order.shipped)", "\(name) shipped")
    #expect(progress?.received?.value ?? "0" == "\(order.received)", "\(name) received")
  }
}
