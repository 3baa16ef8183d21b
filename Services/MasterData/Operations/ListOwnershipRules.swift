import Contracts
import Protobuf
import RecordStore
import ServiceKit

/// `ListOwnershipRules`: the rules by code, and with the first page those that wait for approval.
struct ListOwnershipRules: ReadOperation {
  typealias List = ListRecords<Masterdata.V1.ListOwnershipRulesRequest>

  static var method: Method<List.Request, List.Response> { List.method }

  private let list: List

  init(incarnation: Incarnation) { list = List(incarnation: incarnation) }

  func site(of request: List.Request) -> String? { request.site }

  func validate(_ request: List.Request, _ fields: inout Fields) -> List.Input {
    list.validate(request, &fields)
  }

  func execute(_ input: List.Input, _ snapshot: Snapshot, _ call: Call) throws -> List.Response {
    var response = try list.execute(input, snapshot, call)
    guard input.isFirstPage else { return response }
    response.proposals = try OwnershipProposals.list(input.site, snapshot).map { proposal in
      try .with {
        $0.ownershipRule = try Masterdata.V1.OwnershipRule(decoding: proposal.content)
        $0.proposedBy = proposal.proposedBy
      }
    }
    return response
  }
}
