import Contracts
import Identity
import Protobuf
import RecordStore
import ServiceKit
import Values

/// `ListProductionCases`: what people have to decide.
struct ListProductionCases: ObjectList {
  static let method = Production.V1.ProductionService.listProductionCases

  let objects = CaseDesk().cases
  let incarnation: Incarnation

  func site(of request: Production.V1.ListProductionCasesRequest) -> String? { request.site }

  func validate(_ request: Production.V1.ListProductionCasesRequest, _ fields: inout Fields)
    -> Input
  {
    let states = fields.states(request.states.map(\.rawValue), ProductionCaseState.self) { $0.name }
    return Input(
      &fields, site: fields.site(request.site), states: states,
      party: fields.optionalText(request.orderName, "order_name", OrderKey.nameRule),
      page: request.page)
  }

  func response(_ found: [Production.V1.ProductionCase], _ page: Common.V1.PageResponse)
    -> Production.V1.ListProductionCasesResponse
  {
    .with {
      $0.cases = found
      $0.page = page
    }
  }
}

/// `ResolveProductionCase`: what was decided.
struct ResolveProductionCase: ObjectWrite {
  static let method = Production.V1.ProductionService.resolveProductionCase

  let desk: CaseDesk

  func site(of request: Production.V1.ResolveProductionCaseRequest) -> String? { request.site }

  func validate(_ request: Production.V1.ResolveProductionCaseRequest, _ fields: inout Fields)
    -> Input
  {
    let resolution = fields.known(
      ProductionCaseResolution(rawValue: request.resolution.rawValue), "resolution",
      ProductionCaseResolution.allCases.map(\.name).joined(separator: ", "), else: .discard)
    return Input(
      &fields, command: request.requestID, at: request.site,
      .with {
        $0.caseID = fields.identifier(request.caseID, "case_id")
        $0.revision = fields.number(request.revision, "revision", 1...Int64.max)
        $0.resolution = .init(rawValue: resolution.rawValue)
        $0.reason = fields.sentence(request.reason, "reason")
      })
  }

  func object(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws
    -> Production.V1.ProductionCase
  { try desk.require(input.site, input.request.caseID, snapshot) }

  func write(
    _ input: Input, _ before: Production.V1.ProductionCase?, fact: Identifier,
    _ transaction: Transaction, _ call: Call
  ) throws -> Production.V1.ProductionCase {
    var found = try before ?? object(input, fact: fact, transaction)
    guard found.state == .open else { throw ProductionError.caseState(found.caseID) }
    guard found.revision == input.request.revision else {
      throw ProductionError.caseChanged(found.caseID, revision: found.revision)
    }
    found.state = .resolved
    found.resolution = input.request.resolution
    found.resolutionReason = input.request.reason
    found.resolvedBy = call.principal.subject
    found.resolvedAt = .init(transaction.now)
    try desk.put(&found, transaction)
    return found
  }

  func response(
    _ receipt: Common.V1.Receipt, _ found: Production.V1.ProductionCase, fact: Identifier,
    _ input: Input, _ snapshot: Snapshot
  ) throws -> Production.V1.ResolveProductionCaseResponse {
    .with {
      $0.receipt = receipt
      $0.productionCase = found
    }
  }

  func name(_ found: Production.V1.ProductionCase) -> String { "case \(found.caseID)" }
}
