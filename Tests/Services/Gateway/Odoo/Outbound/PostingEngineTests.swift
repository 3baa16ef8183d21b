import Testing
import Values

@testable import GatewayOdoo

@Suite("The posting engine")
struct PostingEngineTests {
  private func settled(_ run: inout EngineRun) -> Settlement? {
    guard case .settled(let settlement) = run.once()?.outcome else { return nil }
    return settlement
  }

  private func reason(_ verdict: PostingVerdict?) -> CaseReason? {
    guard case .stuck(let finding) = verdict?.outcome else { return nil }
    return finding.reason
  }

  @Test("states work orders between bookings and leaves everything else alone")
  func states() {
    let model = OdooModel()
    var run = EngineRun(model: model, totals: model.totals(4))
    #expect(settled(&run) == .stated)
    #expect(model.chain.workOrders.map(\.produced) == ["4", "4"])
    #expect(model.chain.orders[0].producing.isZero)
    #expect(model.chain.moves.allSatisfy { !$0.isPicked && $0.state == .open })
    #expect(run.committed.count == 1)
    #expect(settled(&run) == .stated)
    #expect(run.committed.count == 1, "what is stated already is not sent again")
  }

  @Test("leaves an order without work orders queued until its final report")
  func queued() {
    let model = OdooModel(workOrders: 0)
    var run = EngineRun(model: model, totals: model.totals(4))
    #expect(settled(&run) == .queued)
    #expect(run.committed.isEmpty)
    run.totals = model.totals(9, final: true)
    #expect(settled(&run) == .booked(document: "WH/MO/00001-1"))
    #expect(model.finished == "9")
  }

  @Test("writes, reads and closes at the final report, below, at and above the plan")
  func books() {
    for good: Quantity in ["7", "10", "11"] {
      let model = OdooModel()
      var run = EngineRun(model: model, totals: model.totals(good, scrap: "1", final: true))
      #expect(settled(&run) == .booked(document: "WH/MO/00001-1"))
      #expect(model.finished == good)
      #expect(model.consumed(OdooModel.steel) == good.plus("1").times(2))
      #expect(model.consumed(OdooModel.screw) == good.plus("1").times(4))
      #expect(run.committed.map(\.isBooking) == [true, true])
      #expect(model.chain.orders.count == 1, "no backorder")
    }
  }

  @Test("names every open raw move, explicit zeros included, each with its unit")
  func namesEveryMove() {
    let model = OdooModel()
    var totals = model.totals(5, final: true)
    totals.consumed[2] = .zero
    var run = EngineRun(model: model, totals: totals)
    _ = run.once()
    guard case .write(let write)? = run.committed.first else {
      Issue.record("the first call should be a write")
      return
    }
    #expect(write.rawMoves.map(\.quantity) == ["10", "0"])
    #expect(write.rawMoves.allSatisfy { $0.unitID == 1 })
    #expect(model.consumed(OdooModel.screw).isZero)
  }

  @Test("guards an order without components by its finished move")
  func guardsWithoutComponents() {
    let model = OdooModel(workOrders: 0, perPiece: [])
    var run = EngineRun(model: model, totals: model.totals(3, final: true))
    #expect(settled(&run) == .booked(document: "WH/MO/00001-1"))
    guard case .write(let write)? = run.committed.first else {
      Issue.record("the first call should be a write")
      return
    }
    #expect(write.finishedMove?.quantity == "3")
    #expect(write.rawMoves.isEmpty)
  }

  @Test("cancels an order on which nothing was made")
  func cancels() {
    let model = OdooModel()
    var run = EngineRun(model: model, totals: model.totals(0, final: true))
    #expect(settled(&run) == .booked(document: "WH/MO/00001-1"))
    #expect(model.chain.orders[0].state == .cancel)
    #expect(model.finished.isZero)
  }

  @Test(
    "makes a case of pieces that were all scrapped, and agrees once they are booked and scrapped")
  func nothingGood() {
    let model = OdooModel()
    var run = EngineRun(model: model, totals: model.totals(0, scrap: "3", final: true))
    #expect(reason(run.once()) == .nothingGood)
    #expect(run.committed.isEmpty)
  }

  @Test("books a split order part by part and cancels a part that is not needed")
  func split() {
    let model = OdooModel()
    model.person(splitsOff: "4", from: 1)
    model.person(splitsOff: "1", from: 1)
    var run = EngineRun(model: model, totals: model.totals(8, final: true))
    #expect(settled(&run) != nil)
    #expect(model.finished == "8")
    #expect(model.consumed(OdooModel.screw) == "32")
    #expect(model.chain.orders.map(\.state) == [.done, .done, .cancel])
  }

  @Test("goes on where a person has closed a part with a backorder")
  func backorder() {
    let model = OdooModel()
    model.person(producesPart: "4", of: 1)
    var run = EngineRun(model: model, totals: model.totals(6))
    #expect(settled(&run) == .stated)
    #expect(model.chain.workOrders.filter(\.isOpen).map(\.produced) == ["2", "2"])
    run.totals = model.totals(9, final: true)
    #expect(settled(&run) != nil)
    #expect(model.finished == "9")
    #expect(model.editsOfPostedMoves == 0)
  }

  @Test("agrees with a person who closed the order with the reported figures")
  func personAgrees() {
    let model = OdooModel()
    var run = EngineRun(model: model, totals: model.totals(10))
    #expect(settled(&run) == .stated)
    model.markDone(1)
    #expect(settled(&run) == .bookedSoFar(document: "WH/MO/00001-1"))
    run.totals = model.totals(10, final: true)
    #expect(settled(&run) == .booked(document: "WH/MO/00001-1"))
    #expect(run.committed.count == 1)
  }

  @Test("makes a case of produce-all on a stated order, which closes when the reports catch up")
  func produceAll() {
    let model = OdooModel()
    var run = EngineRun(model: model, totals: model.totals(7))
    #expect(settled(&run) == .stated)
    model.markDone(1)
    #expect(reason(run.once()) == .holdsMore)
    run.totals = model.totals(10, final: true)
    #expect(settled(&run) == .booked(document: "WH/MO/00001-1"))
  }

  @Test("makes a case of a cancelled order with good pieces left")
  func cancelledByHand() {
    let model = OdooModel()
    var run = EngineRun(model: model, totals: model.totals(4))
    _ = run.once()
    model.cancel(1)
    let verdict = run.once()
    #expect(reason(verdict) == .noOpenOrder)
    #expect(verdict?.observations.map(\.reason) == [.closedByHand])
  }

  @Test("never overwrites what a person has entered")
  func editedByHand() {
    let model = OdooModel()
    model.person(enters: "5", on: 1)
    var run = EngineRun(model: model, totals: model.totals(7, final: true))
    #expect(reason(run.once()) == .editedByHand)
    #expect(run.committed.isEmpty)
    model.person(enters: "7", on: 1)
    #expect(settled(&run) != nil, "the same figures as ours are agreement")
    #expect(model.finished == "7")
  }

  @Test("never overwrites a work order's quantity that a person has entered")
  func workOrderEdited() {
    let model = OdooModel()
    var run = EngineRun(model: model, totals: model.totals(4))
    _ = run.once()
    model.person(states: "6", onWorkOrder: model.chain.workOrders[0].id)
    run.totals = model.totals(5)
    #expect(reason(run.once()) == .workOrderEditedByHand)
    run.totals = model.totals(6)
    #expect(settled(&run) == .stated)
  }

  @Test("takes consumption that finishing the work orders has entered for nobody's figures")
  func finishedWorkOrders() {
    let model = OdooModel()
    model.person(finishesWorkOrdersOf: 1)
    var run = EngineRun(model: model, totals: model.totals(7, final: true))
    #expect(settled(&run) != nil)
    #expect(model.finished == "7")
    #expect(model.consumed(OdooModel.steel) == "14")
  }

  @Test("does not decide about a component that was never released")
  func addedComponent() {
    let model = OdooModel()
    model.person(addsComponent: "3", to: 1)
    var run = EngineRun(model: model, totals: model.totals(7, final: true))
    #expect(reason(run.once()) == .componentsChanged)
    #expect(run.committed.isEmpty)
  }

  @Test("tells the planner of a changed quantity and books what was reported")
  func wizard() {
    let model = OdooModel()
    model.person(plans: "12", for: 1)
    var run = EngineRun(model: model, totals: model.totals(4))
    #expect(run.once()?.observations.map(\.reason) == [.planChanged])
    run.totals = model.totals(10, final: true)
    #expect(settled(&run) != nil)
    #expect(model.finished == "10")
    #expect(model.consumed(OdooModel.steel) == "20")
  }

  @Test("makes a case when the quantity wizard is run between the write and the close")
  func wizardAfterWrite() {
    let model = OdooModel()
    var run = EngineRun(model: model, totals: model.totals(4, final: true))
    let verdict = run.once(hand: { step, model in
      if step == 3 { model.person(plans: "12", for: 1) }
    })
    #expect(reason(verdict) == .editedByHand)
    #expect(model.finished.isZero)
  }

  @Test("does not repeat what Odoo refused, until the figures change")
  func refusalIsNotRepeated() {
    let model = OdooModel()
    var run = EngineRun(model: model, totals: model.totals(4, final: true))
    let verdict = run.once(disturb: { _, call in
      if case .close = call { .question } else { nil }
    })
    #expect(reason(verdict) == .question)
    let sent = run.committed.count
    #expect(reason(run.once()) == .question)
    #expect(run.committed.count == sent)
    model.markDone(1)
    #expect(settled(&run) == .booked(document: "WH/MO/00001-1"), "a person pressed produce")
  }

  @Test(
    "believes nothing that cannot be read back, and asks a person after the second empty promise")
  func emptyPromises() {
    let model = OdooModel()
    var run = EngineRun(model: model, totals: model.totals(4, final: true))
    let verdict = run.once(disturb: { _, call in call == nil ? nil : Disturbance.emptyPromise })
    #expect(reason(verdict) == .didNotAct)
    #expect(model.finished.isZero)
  }

  @Test("makes a case of an order that is gone")
  func missing() {
    let plan = OdooModel().plan
    let empty = Chain(orders: [], moves: [], workOrders: [])
    var engine = PostingEngine(order: plan, totals: .none, base: PostingBase())
    _ = engine.handle(.started)
    guard case .finish(let verdict) = engine.handle(.read(.success(empty))) else {
      Issue.record("a missing order ends the run")
      return
    }
    #expect(reason(verdict) == .orderMissing)
  }

  @Test("halts the site on missing rights")
  func halts() {
    let model = OdooModel()
    var run = EngineRun(model: model, totals: model.totals(4, final: true))
    let verdict = run.once(disturb: { _, call in call == nil ? nil : Disturbance.accessError })
    guard case .halted = verdict?.outcome else {
      Issue.record("missing rights should halt the site")
      return
    }
    #expect(settled(&run) != nil, "and it goes on when they are back")
  }
}
