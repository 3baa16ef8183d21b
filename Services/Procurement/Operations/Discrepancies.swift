import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ListDiscrepancies`: where what came differs from what was announced, for a supplier its own.
struct ListDiscrepancies: ObjectList {
  static let method = Procurement.V1.ProcurementService.listDiscrepancies

  let objects = DiscrepancyDesk().discrepancies
  let incarnation: Incarnation

  func site(of request: Procurement.V1.ListDiscrepanciesRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.ListDiscrepanciesRequest, _ fields: inout Fields) -> Input
  {
    let supplier = fields.optionalCode(request.supplierCode, "supplier_code", .businessCode)
    return Input(
      &fields, site: fields.site(request.site),
      states: request.includeSettled ? [] : [DiscrepancyDesk.openState], party: supplier,
      page: request.page)
  }

  func narrow(_ input: Input, _ call: Call) throws -> Input {
    var narrowed = input
    narrowed.party = try SupplierScope.party(input.party, call)
    return narrowed
  }

  func response(_ found: [Procurement.V1.Discrepancy], _ page: Common.V1.PageResponse)
    -> Procurement.V1.ListDiscrepanciesResponse
  {
    .with {
      $0.discrepancies = found
      $0.page = page
    }
  }
}

/// `SettleDiscrepancy`: what was agreed about one.
struct SettleDiscrepancy: ObjectWrite {
  static let method = Procurement.V1.ProcurementService.settleDiscrepancy

  let desk: DiscrepancyDesk

  func site(of request: Procurement.V1.SettleDiscrepancyRequest) -> String? { request.site }

  func validate(_ request: Procurement.V1.SettleDiscrepancyRequest, _ fields: inout Fields) -> Input
  {
    Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.discrepancyID = fields.code(request.discrepancyID, "discrepancy_id", .businessCode)
        $0.settlement = fields.sentence(request.settlement, "settlement")
      })
  }

  func admit(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws {
    try SupplierScope.requireBuyer(call)
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Procurement.V1.Discrepancy
  { try desk.require(input.site, input.request.discrepancyID, snapshot) }

  func write(
    _ input: Input, _ before: Procurement.V1.Discrepancy?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Procurement.V1.Discrepancy {
    var discrepancy = try before ?? object(input, fact: fact, transaction)
    if discrepancy.settled {
      throw ProcurementError.discrepancySettled(discrepancy.discrepancyID)
    }
    discrepancy.settled = true
    discrepancy.settlement = input.request.settlement
    discrepancy.settledBy = call.principal.subject
    try desk.put(discrepancy, at: input.site, transaction)
    return discrepancy
  }

  func response(
    _ receipt: Common.V1.Receipt, _ discrepancy: Procurement.V1.Discrepancy, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Procurement.V1.SettleDiscrepancyResponse {
    .with {
      $0.receipt = receipt
      $0.discrepancy = discrepancy
    }
  }

  func name(_ discrepancy: Procurement.V1.Discrepancy) -> String {
    "discrepancy \(discrepancy.discrepancyID)"
  }
}
