import Testing
import Values

@testable import GatewayOdoo

@Suite("The figures of a posting")
struct FiguresTests {
  @Test(
    "are spread over open orders by their plans, the last one takes the rest",
    arguments: [
      ("10", ["10"], ["10"]), ("12", ["10"], ["12"]), ("7", ["6", "4"], ["6", "1"]),
      ("6", ["6", "4"], ["6", "0"]), ("13", ["6", "4"], ["6", "7"]),
      ("3", ["6", "4", "2"], ["3", "0", "0"]), ("0.5", ["0.3", "0.3"], ["0.3", "0.2"]),
    ] as [(Quantity, [Quantity], [Quantity])])
  func shares(_ quantity: Quantity, _ planned: [Quantity], _ expected: [Quantity]) {
    #expect(Allocation.shares(of: quantity, over: planned) == expected)
  }

  @Test("are divided by share and rounded to the component's unit")
  func parts() throws {
    #expect(try Allocation.part(of: "36", share: 8, whole: 8, rounding: "0.01") == "36")
    #expect(try Allocation.part(of: "36", share: 6, whole: 8, rounding: "0.01") == "27")
    #expect(try Allocation.part(of: "1", share: 1, whole: 3, rounding: "0.01") == "0.33")
    #expect(try Allocation.part(of: "1", share: 2, whole: 3, rounding: "1") == "1")
  }

  @Test("leave nothing over when parts follow each other")
  func nothingIsLeft() {
    let model = OdooModel(planned: 9, perPiece: [(OdooModel.steel, 1)])
    model.person(splitsOff: 6, from: 1)
    model.person(splitsOff: 3, from: model.chain.orders[1].id)
    var totals = model.totals(9, final: true)
    totals.consumed[1] = "10"
    var run = EngineRun(model: model, totals: totals)
    _ = run.once()
    #expect(model.finished == 9)
    #expect(model.consumed(OdooModel.steel) == 10)
  }

  @Test("are rounded half up on the total, by the unit of each")
  func rounding() throws {
    let model = OdooModel()
    var totals = model.totals("7.005", final: true)
    totals.consumed[1] = "14.0049"
    let remainder = try Remainder(order: model.plan, totals: totals, chain: model.chain)
    #expect(remainder.target == "7.01")
    #expect(remainder.components[OdooModel.steel]?.target == "14")
    #expect(remainder.components[OdooModel.screw]?.target == "28.02")
  }

  @Test("do not count scrap documents and by-products")
  func scrapAndByProducts() throws {
    let model = OdooModel()
    model.markDone(1)
    var chain = model.chain
    var scrap = chain.moves[0]
    scrap.isScrap = true
    chain.moves.append(scrap)
    var byProduct = try #require(chain.moves.first { $0.productID == OdooModel.product })
    byProduct.productID = 55
    chain.moves.append(byProduct)
    let remainder = try Remainder(
      order: model.plan, totals: model.totals(10, final: true), chain: chain)
    #expect(remainder.agrees(rounding: "0.01"))
    #expect(remainder.differing.isEmpty)
  }

  @Test("of one component on two lines are booked as their sum")
  func sameComponentTwice() {
    let model = OdooModel(perPiece: [(OdooModel.steel, 2), (OdooModel.steel, 1)])
    var run = EngineRun(model: model, totals: model.totals(8, final: true))
    _ = run.once()
    #expect(model.consumed(OdooModel.steel) == 24)
    #expect(model.finished == 8)
  }

  @Test("below half a step of the unit are no difference")
  func tolerance() {
    #expect(Remainder.isNothing("0.004", rounding: "0.01"))
    #expect(!Remainder.isNothing("0.005", rounding: "0.01"))
    #expect(Remainder.isNothing("-0.4", rounding: "1"))
  }

  @Test("of work orders are recognised on backorders by their routing operation")
  func operationKeys() {
    let keys = OperationKey.keys(of: [(3, "Cut"), (nil, "Extra"), (3, "Cut"), (nil, "Extra")])
    #expect(Set(keys).count == 4)
    #expect(keys[2] == OperationKey(operationID: 3, name: "", occurrence: 1))
    #expect(keys == OperationKey.keys(of: [(3, "Cut!"), (nil, "Extra"), (3, "x"), (nil, "Extra")]))
  }
}

@Suite("What was written")
struct PostingBaseTests {
  private let write = PostingCall.write(
    OrderWrite(
      orderID: 1, producing: 4, rawMoves: [.init(id: 7, unitID: 1, quantity: 8)],
      workOrders: [.init(id: 3, produced: 4)]))
  private let entered = Entered(producing: 4, moves: [7: 8])

  @Test("explains what Odoo holds, from before the call until its refusal")
  func explains() {
    var base = PostingBase()
    #expect(base.explains(.nothing, on: 1))
    #expect(!base.explains(entered, on: 1))
    base.intend(write)
    #expect(base.explains(entered, on: 1))
    #expect(base.explains(.nothing, on: 1), "the call may not have been done")
    #expect(base.explains(4, onWorkOrder: 3))
    #expect(!base.explains(entered, on: 2))
    base.withdraw(write)
    #expect(!base.explains(entered, on: 1))
    #expect(!base.explains(4, onWorkOrder: 3))
  }

  @Test("forgets older figures once newer ones are read back, but not a try whose answer was lost")
  func forgets() {
    var base = PostingBase()
    let first = PostingCall.state(workOrders: [3], quantity: 2)
    let lost = PostingCall.state(workOrders: [3], quantity: 5)
    let last = PostingCall.state(workOrders: [3], quantity: 6)
    base.intend(first)
    base.confirm(first)
    base.intend(lost)
    base.intend(last)
    base.confirm(last)
    #expect(!base.explains(2, onWorkOrder: 3))
    #expect(base.explains(5, onWorkOrder: 3))
    #expect(base.explains(6, onWorkOrder: 3))
    #expect(!base.explains(0, onWorkOrder: 3))
  }

  @Test("keeps a bounded number of tries")
  func bounded() {
    var base = PostingBase()
    for quantity in 1...100 {
      base.intend(.state(workOrders: [3], quantity: .of(Int64(quantity))))
    }
    #expect(base.workOrders[3]?.count == PostingBase.maximumVersions)
    #expect(base.explains(100, onWorkOrder: 3))
  }

  @Test("survives the database")
  func stored() throws {
    var base = PostingBase()
    base.intend(write)
    base.confirm(write)
    base.intend(.state(workOrders: [3], quantity: 9))
    #expect(try PostingBase(stored: base.stored) == base)
    let plan = OdooModel().plan
    #expect(try ReleasedOrder(stored: plan.stored) == plan)
    let refused = RefusedCall(
      fingerprint: write.fingerprint, finding: CaseFinding(.refused, "no", odooAnswer: "words"))
    #expect(try RefusedCall(stored: refused.stored) == refused)
    #expect(throws: (any Error).self) { try PostingBase(stored: #"{"orders":[[1]]}"#) }
  }
}

@Suite("The status of a posting")
struct PostingStatusTests {
  @Test("follows the outcome and never claims more than it covers")
  func transitions() {
    let initial = PostingStatus.initial
    let stated = initial.after(.settled(.stated), through: 5)
    #expect(stated.state == .stated && stated.coversThrough == 5 && stated.bookedThrough == 0)
    let booked = stated.after(.settled(.bookedSoFar(document: "D")), through: 7)
    #expect(booked.state == .booked && booked.bookedThrough == 7 && booked.document == "D")
    let later = booked.after(.stuck(CaseFinding(.noOpenOrder, "")), through: 9)
    #expect(later.state == .rejected && later.reason == "NO_OPEN_ORDER")
    #expect(later.bookedThrough == 7 && later.document.isEmpty)
    #expect(later.after(.postponed("x"), through: 9) == later)
    #expect(
      later.after(.unknown(.unreachable("x")), through: 9).reason == PostingStatus.noAnswer)
    #expect(later.after(.halted(OdooWords(name: "x", message: "")), through: 9).state == .rejected)
    #expect(later.sending(through: 9).state == .sending)
  }

  @Test("every reason is stable text and has an owner")
  func reasons() {
    for reason in CaseReason.allCases {
      #expect(reason.rawValue.allSatisfy { $0.isUppercase || $0 == "_" })
      #expect(reason.rawValue.count <= 64)
      let places = [
        CaseReason.ofRelease.contains(reason), CaseReason.ofPosting.contains(reason),
        CaseReason.ofMasterData.contains(reason),
        [.configuration, .referencesUnknown].contains(reason),
      ]
      #expect(places.filter { $0 }.count == 1, "\(reason)")
    }
  }
}
