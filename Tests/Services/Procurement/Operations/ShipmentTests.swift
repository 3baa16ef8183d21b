import Contracts
import Environment
import Houses
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Testing
import Values

@testable import Procurement

@Suite("Ship notices and receipts", .timeLimit(.minutes(1)))
struct ShipmentTests {
  private static func milestone(
    _ kind: Procurement.V1.MilestoneKind, _ event: String, notice: String = "N-1"
  ) -> Procurement.V1.ReportMilestoneRequest {
    .with {
      $0.site = HouseFixture.site
      $0.header = Sample.header(event)
      $0.supplierCode = "V-1"
      $0.noticeNumber = notice
      $0.kind = kind
    }
  }

  @Test("A notice goes its way, by its supplier and its carrier, and nobody else's carrier")
  func milestones() async throws {
    try await ProcurementFixture.run { procurement in
      try await procurement.publish("P-1")
      let submitted = try await procurement.supplier("V-1").submitShipNotice(
        Sample.notice("N-1", carrier: "C-1", [Sample.content("P-1", "4")]))
      #expect(submitted.notice?.state == .submitted)
      let again = try await procurement.supplier("V-1").submitShipNotice(
        Sample.notice("N-1", carrier: "C-1", [Sample.content("P-1", "4.0")]))
      #expect(again.receipt == .duplicate && again.notice == submitted.notice)
      try await procurement.house.expectRefusal(.notFound, "SHIP_NOTICE_NOT_FOUND") {
        _ = try await procurement.supplier("C-2").reportMilestone(Self.milestone(.departed, "m-0"))
      }
      // They come in the wrong order: the notice only goes forward.
      let arrived = try await procurement.supplier("C-1").reportMilestone(
        Self.milestone(.arrived, "m-2"))
      #expect(arrived.notice?.state == .arrived)
      let departed = try await procurement.supplier("V-1").reportMilestone(
        Self.milestone(.departed, "m-1"))
      #expect(departed.notice?.state == .arrived && departed.notice?.milestones.count == 2)
      try await procurement.house.expectRefusal(.failedPrecondition, "SHIP_NOTICE_STATE") {
        _ = try await procurement.supplier("V-1").cancelShipNotice(
          .with {
            $0.site = HouseFixture.site
            $0.requestID = "c"
            $0.supplierCode = "V-1"
            $0.noticeNumber = "N-1"
            $0.reason = "wrong"
          })
      }
    }
  }

  @Test("No more than is open of a line is announced, and a cancelled notice gives it back")
  func quantities() async throws {
    try await ProcurementFixture.run { procurement in
      try await procurement.publish("P-1", quantity: "10")
      let supplier = procurement.supplier("V-1")
      _ = try await supplier.submitShipNotice(Sample.notice("N-1", [Sample.content("P-1", "8")]))
      let over = try await procurement.house.expectRefusal(.failedPrecondition, "OVER_DELIVERY") {
        _ = try await supplier.submitShipNotice(
          Sample.notice("N-2", package: 2, [Sample.content("P-1", "3.000001")]))
      }
      #expect(over?.metadata["shipped"] == "11.000001" && over?.metadata["ordered"] == "10")
      try await procurement.house.expectRefusal(.failedPrecondition, "SSCC_IN_USE") {
        _ = try await supplier.submitShipNotice(
          Sample.notice("N-2", package: 1, [Sample.content("P-1", "1")]))
      }
      for (reason, change) in [
        ("LINE_NOT_FOUND", { $0.line = 9 }), ("UNIT_MISMATCH", { $0.quantity?.unit = "t" }),
      ] as [(String, (inout Procurement.V1.PackageContent) -> Void)] {
        var content = Sample.content("P-1", "1")
        change(&content)
        let refusal = try await procurement.house.expectRefusal(.failedPrecondition, reason) {
          _ = try await supplier.submitShipNotice(Sample.notice("N-2", package: 2, [content]))
        }
        #expect(refusal?.violations.first?.field.hasPrefix("packages[0].contents[0]") == true)
      }
      _ = try await supplier.cancelShipNotice(
        .with {
          $0.site = HouseFixture.site
          $0.requestID = "c"
          $0.supplierCode = "V-1"
          $0.noticeNumber = "N-1"
          $0.reason = "wrong truck"
        })
      let next = try await supplier.submitShipNotice(
        Sample.notice("N-2", package: 1, [Sample.content("P-1", "11")]))
      #expect(next.receipt == .accepted, "its packages and its quantity are free again")
      #expect(try await procurement.order("P-1").progress.first?.shipped?.value == "11")
    }
  }

  @Test("Received as announced: the notice is RECEIVED, the order as far as it has come")
  func received() async throws {
    try await ProcurementFixture.run { procurement in
      try await procurement.publish("P-1", quantity: "10")
      _ = try await procurement.supplier("V-1").submitShipNotice(
        Sample.notice("N-1", [Sample.content("P-1", "10")]))
      let part = Sample.receipt("r-1", notice: "N-1", final: false, [("P-1", "C-1", "4", "")])
      let first = try await procurement.buyer.recordReceipt(part)
      #expect(first.notice?.state == .arrived && first.discrepancies.isEmpty)
      #expect(try await procurement.order("P-1").state == .partiallyReceived)
      let again = try await procurement.buyer.recordReceipt(part)
      #expect(again.receipt == .duplicate && again.receiptID == first.receiptID)
      let last = try await procurement.buyer.recordReceipt(
        Sample.receipt("r-2", notice: "N-1", [("P-1", "C-1", "6", "")]))
      #expect(last.notice?.state == .received && last.discrepancies.isEmpty)
      let order = try await procurement.order("P-1")
      #expect(order.state == .partiallyReceived, "the oil has not come")
      #expect(order.progress.first?.received?.value == "10")
      var oil = Sample.receipt("r-3", notice: "", final: false, [("P-1", "", "5", "")])
      oil.items[0].line = 2
      _ = try await procurement.buyer.recordReceipt(oil)
      #expect(try await procurement.order("P-1").state == .received)
      let closed = try await procurement.buyer.closePurchaseOrder(
        .with {
          $0.site = HouseFixture.site
          $0.requestID = "close"
          $0.orderName = "P-1"
          $0.reason = "paid"
        })
      #expect(closed.order?.state == .closed)
      let client = Contracts.Genealogy.V1.GenealogyServiceClient(
        procurement.house.caller(as: "quality", kind: .integration))
      var edges: [String] = []
      for try await response in try await client.watchGenealogy(
        .with { $0.site = HouseFixture.site })
      {
        guard let edge = response.edge else { break }
        edges.append("\(edge.produced?.itemCode ?? "") \(edge.supplierCode) \(edge.document)")
      }
      #expect(edges == ["STEEL V-1 N-1", "STEEL V-1 N-1"])
    }
  }

  @Test(
    "Without a notice what is broken, and what is more than was ordered, is a discrepancy, each once"
  )
  func unannounced() async throws {
    try await ProcurementFixture.run { procurement in
      try await procurement.publish("P-1", quantity: "10")
      func receive(_ event: String, _ quantity: String, _ damaged: String) async throws -> [String]
      {
        let answer = try await procurement.buyer.recordReceipt(
          Sample.receipt(event, notice: "", final: false, [("P-1", "C-1", quantity, damaged)]))
        #expect(
          answer.discrepancies.allSatisfy { $0.noticeNumber.isEmpty && $0.supplierCode == "V-1" })
        return answer.discrepancies.map { "\($0.kind) \($0.quantity?.value ?? "") \($0.lot)" }
      }
      #expect(try await receive("r-1", "8", "") == [])
      #expect(try await receive("r-2", "4", "1") == ["over 2 ", "damaged 1 C-1"])
      #expect(try await receive("r-2", "4", "1") == ["over 2 ", "damaged 1 C-1"])
      #expect(try await receive("r-3", "3", "") == ["over 3 "])
      let seen = try await procurement.supplier("V-1").listDiscrepancies(
        .with { $0.site = HouseFixture.site }
      ).discrepancies
      #expect(seen.count == 3)
    }
  }

  @Test("What differs becomes a discrepancy, which the supplier sees and the buyer settles")
  func discrepancies() async throws {
    try await ProcurementFixture.run { procurement in
      try await procurement.publish("P-1", quantity: "10")
      _ = try await procurement.supplier("V-1").submitShipNotice(
        Sample.notice("N-1", [Sample.content("P-1", "10")]))
      let receipt = try await procurement.buyer.recordReceipt(
        Sample.receipt("r", notice: "N-1", [("P-1", "C-1", "7", "2"), ("P-1", "C-9", "1", "")]))
      #expect(receipt.notice?.state == .receivedWithDiscrepancy)
      #expect(receipt.discrepancies.map(\.kind) == [.short, .damaged, .unexpected])
      #expect(receipt.discrepancies.map(\.quantity?.value) == ["3", "2", "1"])
      let again = try await procurement.buyer.recordReceipt(
        Sample.receipt("r", notice: "N-1", [("P-1", "C-1", "7", "2"), ("P-1", "C-9", "1", "")]))
      #expect(again.discrepancies == receipt.discrepancies)
      // What has not come may be announced anew.
      #expect(try await procurement.order("P-1").progress.first?.shipped?.value == "8")
      let seen = try await procurement.supplier("V-1").listDiscrepancies(
        .with { $0.site = HouseFixture.site })
      #expect(seen.discrepancies.count == 3)
      let foreign = try await procurement.supplier("V-2").listDiscrepancies(
        .with { $0.site = HouseFixture.site })
      #expect(foreign.discrepancies.isEmpty)
      let id = try #require(receipt.discrepancies.first).discrepancyID
      func settle(_ request: String) -> Procurement.V1.SettleDiscrepancyRequest {
        .with {
          $0.site = HouseFixture.site
          $0.requestID = request
          $0.discrepancyID = id
          $0.settlement = "credit note 7"
        }
      }
      let settled = try await procurement.buyer.settleDiscrepancy(settle("s"))
      #expect(settled.discrepancy?.settled == true && settled.discrepancy?.settledBy == "buyer")
      try await procurement.house.expectRefusal(.failedPrecondition, "DISCREPANCY_SETTLED") {
        _ = try await procurement.buyer.settleDiscrepancy(settle("t"))
      }
      let open = try await procurement.buyer.listDiscrepancies(
        .with { $0.site = HouseFixture.site })
      #expect(open.discrepancies.count == 2)
    }
  }

  @Test("A forecast is a version of its own; older ones stay, and each supplier sees its own")
  func forecasts() async throws {
    try await ProcurementFixture.run { procurement in
      func forecast(_ event: String, _ quantity: String, _ supplier: String = "V-1")
        -> Procurement.V1.SubmitForecastRequest
      {
        .with {
          $0.site = HouseFixture.site
          $0.header = Sample.header(event)
          $0.supplierCode = supplier
          $0.lines = [
            .with {
              $0.itemCode = "STEEL"
              $0.from = Sample.due
              $0.until = .init(Instant(seconds: 1_790_086_400))
              $0.quantity = Sample.quantity(quantity)
            }
          ]
        }
      }
      func read(_ client: Procurement.V1.ProcurementServiceClient, _ version: Int64) async throws
        -> String
      {
        try await client.getForecast(
          .with {
            $0.site = HouseFixture.site
            $0.supplierCode = "V-1"
            $0.version = version
          }
        ).forecast?.lines.first?.quantity?.value ?? ""
      }
      #expect(try await procurement.buyer.submitForecast(forecast("f-1", "10")).version == 1)
      #expect(try await procurement.buyer.submitForecast(forecast("f-2", "20")).version == 2)
      _ = try await procurement.buyer.submitForecast(forecast("f-3", "99", "V-2"))
      let again = try await procurement.buyer.submitForecast(forecast("f-1", "10"))
      #expect(again.receipt == .duplicate && again.version == 1)
      #expect(try await read(procurement.supplier("V-1"), 0) == "20")
      #expect(try await read(procurement.buyer, 1) == "10")
      try await procurement.house.expectRefusal(.notFound, "FORECAST_NOT_FOUND") {
        _ = try await read(procurement.buyer, 3)
      }
      try await procurement.house.expectRefusal(.permissionDenied, "SUPPLIER_NOT_GRANTED") {
        _ = try await read(procurement.supplier("V-2"), 0)
      }
    }
  }

  @Test("A shortage of the shop floor becomes a signal once, and the list says how current it is")
  func signals() async throws {
    try await ProcurementFixture.run { procurement in
      let production = StandInSource<ShortageWatch>(hasToken: { !$0.resumeToken.isEmpty }) {
        $0.site
      }
      let (follower, database) = (
        procurement.parts.shortages, procurement.house.program.database
      )
      func list() async throws -> Procurement.V1.ListSupplySignalsResponse {
        try await procurement.buyer.listSupplySignals(.with { $0.site = HouseFixture.site })
      }
      #expect(try await list().shortagesAsOf == nil)
      let following = Task { await follower.run(database, production) }
      while production.watches < 2 { await Task.yield() }
      let shortage = Production.V1.Shortage.with {
        $0.shortageID = String(repeating: "a", count: 32)
        $0.itemCode = "OIL"
        $0.quantity = Sample.quantity("3")
        $0.orderName = "MO/1"
      }
      for _ in 1...2 {
        production.tell(.with { $0.shortage = shortage }, at: HouseFixture.site)
      }
      production.tell(.with { $0.resumeToken = "T" }, at: HouseFixture.site)
      while try await list().signals.isEmpty { await Task.yield() }
      let own = try await procurement.buyer.reportSupplyShortage(
        .with {
          $0.site = HouseFixture.site
          $0.header = Sample.header("s")
          $0.itemCode = "STEEL"
          $0.quantity = Sample.quantity("1")
        })
      let listed = try await list()
      #expect(listed.signals.map(\.origin) == [.production, .procurement])
      #expect(listed.signals.first?.productionOrder == "MO/1" && listed.shortagesAsOf != nil)
      let close = Procurement.V1.CloseSupplySignalRequest.with {
        $0.site = HouseFixture.site
        $0.requestID = "close"
        $0.signalID = shortage.shortageID
        $0.reason = "ordered with P-9"
      }
      #expect(try await procurement.buyer.closeSupplySignal(close).signal?.state == .closed)
      // Told again by a restored Production, it stays closed.
      production.tell(.with { $0.shortage = shortage }, at: HouseFixture.site)
      production.tell(.with { $0.resumeToken = "U" }, at: HouseFixture.site)
      let open = try await procurement.buyer.listSupplySignals(
        .with {
          $0.site = HouseFixture.site
          $0.states = [.open]
        })
      #expect(open.signals.map(\.signalID) == [own.signal?.signalID])
      following.cancel()
      production.breakDown()
      await following.value
    }
  }
}
