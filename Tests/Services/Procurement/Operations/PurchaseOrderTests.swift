import Contracts
import Houses
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Testing
import Values

@testable import Procurement

@Suite("Purchase orders", .timeLimit(.minutes(1)))
struct PurchaseOrderTests {
  @Test("Every method of the contracts is routed, and nothing else; names and numbers agree")
  func routes() async throws {
    try await ProcurementFixture.run { procurement in
      let incarnation = Incarnation(Identifier(high: 1, low: 2))
      let routed = ProcurementService.routes(incarnation, procurement.parts).map(\.path)
      let feed = Events.V1.EventFeedService.methodNames.filter { $0 != "ReportOutcome" }
      let contracts =
        Procurement.V1.ProcurementService.methodNames.map {
          "/\(Procurement.V1.ProcurementService.name)/\($0)"
        } + feed.map { "/\(Events.V1.EventFeedService.name)/\($0)" }
        + ["/millrace.genealogy.v1.GenealogyService/WatchGenealogy"]
      #expect(routed.sorted() == contracts.sorted())
    }
    func bare(_ name: String) -> String { name.replacing("_", with: "").uppercased() }
    for state in PurchaseOrderState.allCases {
      #expect(
        bare("\(Procurement.V1.PurchaseOrderState(rawValue: state.rawValue))") == bare(state.name))
    }
    for state in ShipNoticeState.allCases {
      #expect(
        bare("\(Procurement.V1.ShipNoticeState(rawValue: state.rawValue))") == bare(state.name))
    }
  }

  @Test("Published, acknowledged, confirmed as ordered: that is agreed")
  func confirmed() async throws {
    try await ProcurementFixture.run { procurement in
      let published = try await procurement.buyer.publishPurchaseOrder(Sample.order("P-1"))
      #expect(published.order?.state == .published && published.order?.revision == 1)
      let again = try await procurement.buyer.publishPurchaseOrder(Sample.order("P-1"))
      #expect(again.receipt == .duplicate && again.order == published.order)
      var other = Sample.order("P-1")
      other.requestID = "other"
      try await procurement.house.expectRefusal(.failedPrecondition, "PURCHASE_ORDER_EXISTS") {
        _ = try await procurement.buyer.publishPurchaseOrder(other)
      }
      let confirmed = try await procurement.supplier("V-1").confirmPurchaseOrder(
        Sample.confirm("P-1", [Sample.accepted(1), Sample.accepted(2)]))
      #expect(confirmed.order?.state == .confirmed)
      #expect(confirmed.order?.agreedLines == confirmed.order?.lines)
      try await procurement.house.expectRefusal(.failedPrecondition, "PURCHASE_ORDER_STATE") {
        _ = try await procurement.supplier("V-1").confirmPurchaseOrder(
          Sample.confirm("P-1", [Sample.accepted(1), Sample.accepted(2)], request: "again"))
      }
    }
  }

  /// A confirmation with another quantity in two parts, and a line that is not delivered.
  private static func changes(_ order: String, request: String = "change")
    -> Procurement.V1.ConfirmPurchaseOrderRequest
  {
    var proposal = Sample.line(1, "", "8", price: "2.75")
    proposal.schedule = ["3", "5"].map { part in
      .with {
        $0.quantity = Sample.quantity(part)
        $0.dueAt = Sample.due
      }
    }
    return Sample.confirm(
      order,
      [
        .with {
          $0.line = 1
          $0.answer = .changed
          $0.proposal = proposal
          $0.reason = "strike"
        },
        .with {
          $0.line = 2
          $0.answer = .rejected
          $0.reason = "not made any more"
        },
      ], request: request)
  }

  private static func accept(_ order: String, _ number: Int32)
    -> Procurement.V1.AcceptConfirmationRequest
  {
    .with {
      $0.site = HouseFixture.site
      $0.requestID = "accept-\(order)-\(number)"
      $0.orderName = order
      $0.number = number
    }
  }

  @Test("Changes wait for the buyer, who rejects them, or accepts the newest alone")
  func changed() async throws {
    try await ProcurementFixture.run { procurement in
      try await procurement.publish("P-1")
      let waiting = try await procurement.supplier("V-1").confirmPurchaseOrder(Self.changes("P-1"))
      #expect(waiting.order?.state == .acknowledged && waiting.order?.confirmation?.waiting == true)
      #expect(waiting.order?.agreedLines.isEmpty == true)
      let rejected = try await procurement.buyer.rejectConfirmation(
        .with {
          $0.site = HouseFixture.site
          $0.requestID = "reject"
          $0.orderName = "P-1"
          $0.number = 1
          $0.reason = "too late"
        })
      #expect(rejected.order?.confirmation?.rejectionReason == "too late")
      _ = try await procurement.supplier("V-1").confirmPurchaseOrder(
        Self.changes("P-1", request: "second"))
      try await procurement.house.expectRefusal(.failedPrecondition, "CONFIRMATION_NOT_WAITING") {
        _ = try await procurement.buyer.acceptConfirmation(Self.accept("P-1", 1))
      }
      let accepted = try #require(
        try await procurement.buyer.acceptConfirmation(Self.accept("P-1", 2)).order)
      #expect(accepted.state == .confirmedWithChanges)
      #expect(accepted.agreedLines.map(\.line) == [1], "a rejected line is not delivered")
      let line = try #require(accepted.agreedLines.first)
      #expect(line.itemCode == "STEEL" && line.quantity?.value == "8" && line.unitPrice == "2.75")
      #expect(line.schedule.map(\.quantity?.value) == ["3", "5"])
      #expect(accepted.lines.first?.quantity?.value == "10", "what was ordered stays")
    }
  }

  @Test("A change of the buyer's makes what was confirmed void, and crosses nothing unseen")
  func crossing() async throws {
    try await ProcurementFixture.run { procurement in
      try await procurement.publish("P-1")
      _ = try await procurement.supplier("V-1").confirmPurchaseOrder(Self.changes("P-1"))
      func change(_ revision: Int64, _ quantity: String, _ request: String)
        -> Procurement.V1.ChangePurchaseOrderRequest
      {
        .with {
          $0.site = HouseFixture.site
          $0.requestID = request
          $0.orderName = "P-1"
          $0.contentRevision = revision
          $0.lines = [Sample.line(1, "STEEL", quantity)]
        }
      }
      let changed = try await procurement.buyer.changePurchaseOrder(change(1, "20", "c-1")).order
      #expect(changed?.state == .published && changed?.contentRevision == 2)
      try await procurement.house.expectRefusal(.failedPrecondition, "PURCHASE_ORDER_STATE") {
        _ = try await procurement.buyer.acceptConfirmation(Self.accept("P-1", 1))
      }
      let refusal = try await procurement.house.expectRefusal(
        .failedPrecondition, "REVISION_CHANGED"
      ) {
        _ = try await procurement.supplier("V-1").confirmPurchaseOrder(
          Sample.confirm("P-1", [Sample.accepted(1)]))
      }
      #expect(refusal?.metadata["content_revision"] == "2")
      let differ = try await procurement.house.expectRefusal(.failedPrecondition, "LINES_DIFFER") {
        _ = try await procurement.supplier("V-1").confirmPurchaseOrder(
          Sample.confirm("P-1", revision: 2, [Sample.accepted(1), Sample.accepted(2)]))
      }
      #expect(differ?.metadata["line"] == "2")
      _ = try await procurement.supplier("V-1").confirmPurchaseOrder(
        Sample.confirm("P-1", revision: 2, [Sample.accepted(1)], request: "again"))
      _ = try await procurement.supplier("V-1").submitShipNotice(
        Sample.notice("N-1", [Sample.content("P-1", "12")]))
      let below = try await procurement.house.expectRefusal(.failedPrecondition, "BELOW_SHIPPED") {
        _ = try await procurement.buyer.changePurchaseOrder(change(2, "11", "c-2"))
      }
      #expect(below?.metadata["shipped"] == "12")
      try await procurement.house.expectRefusal(.failedPrecondition, "ORDER_SHIPPED") {
        _ = try await procurement.buyer.cancelPurchaseOrder(
          .with {
            $0.site = HouseFixture.site
            $0.requestID = "cancel"
            $0.orderName = "P-1"
            $0.reason = "not needed"
          })
      }
    }
  }

  @Test("A bad field is named, and nothing is recorded")
  func fields() async throws {
    let table: [(String, (inout Procurement.V1.PublishPurchaseOrderRequest) -> Void)] = [
      ("order_name", { $0.orderName = "" }), ("supplier_code", { $0.supplierCode = "" }),
      ("currency", { $0.currency = "eur" }), ("lines", { $0.lines = [] }),
      ("lines[1].line", { $0.lines[1].line = 1 }),
      ("lines[0].quantity.value", { $0.lines[0].quantity?.value = "0" }),
      ("lines[0].unit_price", { $0.lines[0].unitPrice = "-1" }),
      ("lines[0].schedule", { $0.lines[0].schedule = [] }),
      ("lines[0].schedule", { $0.lines[0].schedule[0].quantity?.value = "9" }),
      ("lines[0].schedule[0].quantity.unit", { $0.lines[0].schedule[0].quantity?.unit = "t" }),
      ("lines[0].schedule[0].due_at", { $0.lines[0].schedule[0].dueAt = nil }),
    ]
    try await ProcurementFixture.run { procurement in
      for (field, spoil) in table {
        var request = Sample.order("P-1")
        spoil(&request)
        let broken = try await procurement.house.brokenFields {
          _ = try await procurement.buyer.publishPurchaseOrder(request)
        }
        #expect(broken.first == field, "\(broken)")
      }
    }
  }
}

@Suite("What a supplier sees", .timeLimit(.minutes(1)))
struct SupplierScopeTests {
  @Test("Another supplier's order is answered like one that is not there, by every call")
  func foreign() async throws {
    try await ProcurementFixture.run { procurement in
      try await procurement.publish("THEIRS", "V-2")
      _ = try await procurement.supplier("V-2").submitShipNotice(
        Sample.notice("N-2", supplier: "V-2", [Sample.content("THEIRS", "1")]))
      try await procurement.publish("MINE", "V-1")
      let me = procurement.supplier("V-1")
      for name in ["THEIRS", "NOBODYS"] {
        let calls: [(String, () async throws -> Void)] = [
          (
            "get",
            {
              _ = try await me.getPurchaseOrder(
                .with {
                  $0.site = HouseFixture.site
                  $0.orderName = name
                })
            }
          ),
          (
            "acknowledge",
            {
              _ = try await me.acknowledgePurchaseOrder(
                .with {
                  $0.site = HouseFixture.site
                  $0.requestID = "a-\(name)"
                  $0.orderName = name
                })
            }
          ),
          (
            "confirm",
            { _ = try await me.confirmPurchaseOrder(Sample.confirm(name, [Sample.accepted(1)])) }
          ),
          (
            "ship",
            { _ = try await me.submitShipNotice(Sample.notice("N", [Sample.content(name, "1")])) }
          ),
        ]
        for (call, run) in calls {
          let refusal = try await procurement.house.expectRefusal(
            .notFound, "PURCHASE_ORDER_NOT_FOUND"
          ) { try await run() }
          #expect(refusal?.metadata == ["order_name": name], "\(call)")
          #expect(refusal?.message == "there is no purchase order \(name)", "\(call)")
        }
      }
      let seen = try await me.listPurchaseOrders(.with { $0.site = HouseFixture.site })
      #expect(seen.orders.map(\.orderName) == ["MINE"])
      let notices = try await me.listShipNotices(.with { $0.site = HouseFixture.site })
      #expect(notices.notices.isEmpty)
      try await procurement.house.expectRefusal(.permissionDenied, "SUPPLIER_NOT_GRANTED") {
        _ = try await me.listPurchaseOrders(
          .with {
            $0.site = HouseFixture.site
            $0.supplierCode = "V-2"
          })
      }
      var told: [String] = []
      for try await response in try await me.watchPurchaseOrders(
        .with { $0.site = HouseFixture.site })
      {
        guard let order = response.order else { break }
        told.append(order.orderName)
      }
      #expect(told == ["MINE"])
      try await procurement.house.expectRefusal(.notFound, "SHIP_NOTICE_NOT_FOUND") {
        _ = try await me.getShipNotice(
          .with {
            $0.site = HouseFixture.site
            $0.supplierCode = "V-2"
            $0.noticeNumber = "N-2"
          })
      }
    }
  }

  @Test(
    "A fact that another supplier has said under the same identity is neither told nor held against it"
  )
  func identities() async throws {
    try await ProcurementFixture.run { procurement in
      try await procurement.publish("P-1", "V-1")
      try await procurement.publish("P-2", "V-2")
      let theirs = Sample.notice("N", supplier: "V-2", package: 2, [Sample.content("P-2", "1")])
      _ = try await procurement.supplier("V-2").submitShipNotice(theirs)
      try await procurement.house.expectRefusal(.permissionDenied, "SUPPLIER_NOT_GRANTED") {
        _ = try await procurement.supplier("V-1").submitShipNotice(theirs)
      }
      let mine = Sample.notice("N", supplier: "V-1", package: 1, [Sample.content("P-1", "1")])
      let answer = try await procurement.supplier("V-1").submitShipNotice(mine)
      #expect(answer.receipt == .accepted, "the same identity, and the same number, of its own")
      // And neither can use the other's order in a notice of its own.
      try await procurement.house.expectRefusal(.notFound, "PURCHASE_ORDER_NOT_FOUND") {
        _ = try await procurement.buyer.submitShipNotice(
          Sample.notice("M", supplier: "V-1", package: 3, [Sample.content("P-2", "1")]))
      }
    }
  }

  @Test("What is the buyer's is refused to a supplier")
  func buyerOnly() async throws {
    try await ProcurementFixture.run { procurement in
      try await procurement.publish("P-1")
      let me = procurement.supplier("V-1")
      let calls: [() async throws -> Void] = [
        { _ = try await me.publishPurchaseOrder(Sample.order("P-2")) },
        {
          _ = try await me.cancelPurchaseOrder(
            .with {
              $0.site = HouseFixture.site
              $0.requestID = "c"
              $0.orderName = "P-1"
              $0.reason = "r"
            })
        },
        { _ = try await me.recordReceipt(Sample.receipt("r", notice: "N", [])) },
        { _ = try await me.listSupplySignals(.with { $0.site = HouseFixture.site }) },
        {
          _ = try await me.submitForecast(
            .with {
              $0.site = HouseFixture.site
              $0.header = Sample.header("f")
              $0.supplierCode = "V-1"
              $0.lines = [
                .with {
                  $0.itemCode = "STEEL"
                  $0.from = Sample.due
                  $0.until = .init(Instant(seconds: 1_790_086_400))
                  $0.quantity = Sample.quantity("1")
                }
              ]
            })
        },
      ]
      for call in calls {
        try await procurement.house.expectRefusal(.permissionDenied, "BUYER_ONLY") {
          try await call()
        }
      }
    }
  }
}
