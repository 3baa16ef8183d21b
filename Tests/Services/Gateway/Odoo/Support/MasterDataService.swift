import Contracts
import Protobuf
import ServiceKit
import Synchronization

@testable import GatewayOdoo

/// MasterData as the poll sees it: records by kind and code, judged by what they name and who names
/// them.
final class MasterDataService: ServiceCaller {
  struct Key: Hashable {
    var kind: RecordKind
    var code: String
  }

  struct State {
    var records: [Key: Claim.Content] = [:]
    /// Records that were sent, and those of them that have changed something.
    var sent = 0
    var changes = 0
    var calls = 0
    /// Calls until one fails, and whether it is done all the same.
    var failsIn: (calls: Int, isDone: Bool)?
    var isDown = false
    /// What watches are resumed with.
    var incarnation = "first"
    /// Codes that are rejected.
    var rejected: [Key: String] = [:]
  }

  let state = Mutex(State())

  /// A record's content; `nil` when there is none.
  func record(_ kind: RecordKind, _ code: String) -> Claim.Content? {
    state.withLock { $0.records[Key(kind: kind, code: code)] }
  }

  func lifeCycle(_ kind: RecordKind, _ code: String) -> Masterdata.V1.LifeCycle? {
    record(kind, code)?.head?.lifeCycle
  }

  /// The codes in use of a kind, in order.
  func released(_ kind: RecordKind) -> [String] {
    state.withLock { state in
      state.records.filter { $0.key.kind == kind && $0.value.head?.lifeCycle == .released }
        .map(\.key.code).sorted()
    }
  }

  var records: [Key: Claim.Content] { state.withLock(\.records) }
  var sent: Int { state.withLock(\.sent) }
  var changes: Int { state.withLock(\.changes) }
  var calls: Int { state.withLock(\.calls) }

  func reject(_ kind: RecordKind, _ code: String, _ reason: String?) {
    state.withLock { $0.rejected[Key(kind: kind, code: code)] = reason }
  }

  // MARK: The service

  func unary<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ request: Request, _ options: CallOptions
  ) async throws -> Response {
    let answer: any Message = try state.withLock { state in
      state.calls += 1
      let down = Refusal(.unavailable, reason: "", "down")
      if state.isDown { throw down }
      let failure = state.failsIn
      if let failure {
        state.failsIn = failure.calls > 0 ? (failure.calls - 1, failure.isDone) : nil
      }
      if let failure, failure.calls == 0, !failure.isDone { throw down }
      let answer = try Self.answer(request, &state)
      if let failure, failure.calls == 0 { throw down }
      return answer
    }
    guard let response = answer as? Response else {
      throw Refusal(.unimplemented, reason: "", method.name)
    }
    return response
  }

  private static func answer(_ request: any Message, _ state: inout State) throws -> any Message {
    switch request {
    case let request as Masterdata.V1.UpsertUnitsRequest:
      return Masterdata.V1.UpsertUnitsResponse.with {
        $0.outcomes = put(.unit, request.units.map { .unit($0) }, &state)
      }
    case let request as Masterdata.V1.UpsertBusinessPartnersRequest:
      return Masterdata.V1.UpsertBusinessPartnersResponse.with {
        $0.outcomes = put(
          .businessPartner, request.businessPartners.map { .businessPartner($0) }, &state)
      }
    case let request as Masterdata.V1.UpsertItemsRequest:
      return Masterdata.V1.UpsertItemsResponse.with {
        $0.outcomes = put(.item, request.items.map { .item($0) }, &state)
      }
    case let request as Masterdata.V1.UpsertWorkCentersRequest:
      return Masterdata.V1.UpsertWorkCentersResponse.with {
        $0.outcomes = put(.workCenter, request.workCenters.map { .workCenter($0) }, &state)
      }
    case let request as Masterdata.V1.UpsertWarehousesRequest:
      return Masterdata.V1.UpsertWarehousesResponse.with {
        $0.outcomes = put(.warehouse, request.warehouses.map { .warehouse($0) }, &state)
      }
    case let request as Masterdata.V1.UpsertLocationsRequest:
      return Masterdata.V1.UpsertLocationsResponse.with {
        $0.outcomes = put(.location, request.locations.map { .location($0) }, &state)
      }
    case let request as Masterdata.V1.UpsertRoutingsRequest:
      return Masterdata.V1.UpsertRoutingsResponse.with {
        $0.outcomes = put(.routing, request.routings.map { .routing($0) }, &state)
      }
    case let request as Masterdata.V1.UpsertBillsOfMaterialRequest:
      return Masterdata.V1.UpsertBillsOfMaterialResponse.with {
        $0.outcomes = put(
          .billOfMaterial, request.billsOfMaterial.map { .billOfMaterial($0) }, &state)
      }
    case let request as Masterdata.V1.UpsertSupplierItemsRequest:
      return Masterdata.V1.UpsertSupplierItemsResponse.with {
        $0.outcomes = put(.supplierItem, request.supplierItems.map { .supplierItem($0) }, &state)
      }
    default: return try found(request, state)
    }
  }

  private static func found(_ request: any Message, _ state: State) throws -> any Message {
    func find<Record>(
      _ kind: RecordKind, _ codes: [String], _ pick: (Claim.Content) -> Record?
    ) -> [Record] {
      codes.compactMap { state.records[Key(kind: kind, code: $0)] }.compactMap(pick)
    }
    switch request {
    case let request as Masterdata.V1.GetUnitsRequest:
      return Masterdata.V1.GetUnitsResponse.with {
        $0.units = find(.unit, request.codes, \.unit)
      }
    case let request as Masterdata.V1.GetBusinessPartnersRequest:
      return Masterdata.V1.GetBusinessPartnersResponse.with {
        $0.businessPartners = find(.businessPartner, request.codes, \.businessPartner)
      }
    case let request as Masterdata.V1.GetItemsRequest:
      return Masterdata.V1.GetItemsResponse.with {
        $0.items = find(.item, request.codes, \.item)
      }
    case let request as Masterdata.V1.GetWorkCentersRequest:
      return Masterdata.V1.GetWorkCentersResponse.with {
        $0.workCenters = find(.workCenter, request.codes, \.workCenter)
      }
    case let request as Masterdata.V1.GetWarehousesRequest:
      return Masterdata.V1.GetWarehousesResponse.with {
        $0.warehouses = find(.warehouse, request.codes, \.warehouse)
      }
    case let request as Masterdata.V1.GetLocationsRequest:
      return Masterdata.V1.GetLocationsResponse.with {
        $0.locations = find(.location, request.codes, \.location)
      }
    case let request as Masterdata.V1.GetRoutingsRequest:
      return Masterdata.V1.GetRoutingsResponse.with {
        $0.routings = find(.routing, request.codes, \.routing)
      }
    case let request as Masterdata.V1.GetBillsOfMaterialRequest:
      return Masterdata.V1.GetBillsOfMaterialResponse.with {
        $0.billsOfMaterial = find(.billOfMaterial, request.codes, \.billOfMaterial)
      }
    case let request as Masterdata.V1.GetSupplierItemsRequest:
      return Masterdata.V1.GetSupplierItemsResponse.with {
        $0.supplierItems = find(.supplierItem, request.codes, \.supplierItem)
      }
    default: throw Refusal(.unimplemented, reason: "", "no such method")
    }
  }

  private static func put(
    _ kind: RecordKind, _ contents: [Claim.Content], _ state: inout State
  ) -> [Masterdata.V1.UpsertOutcome] {
    contents.map { content in
      let key = Key(kind: kind, code: content.head?.code ?? "")
      state.sent += 1
      let rejection = state.rejected[key] ?? judge(key, content, state)
      if let rejection {
        return .with {
          $0.code = key.code
          $0.receipt = .rejected
          $0.rejection = .with { $0.reason = rejection }
        }
      }
      let isSame = state.records[key] == content
      if !isSame { state.changes += 1 }
      state.records[key] = content
      return .with {
        $0.code = key.code
        $0.receipt = isSame ? .duplicate : .accepted
      }
    }
  }

  private static func judge(_ key: Key, _ content: Claim.Content, _ state: State) -> String? {
    func isReleased(_ key: Key) -> Bool { state.records[key]?.head?.lifeCycle == .released }
    if content.head?.lifeCycle == .released {
      guard content.named.allSatisfy(isReleased) else { return "REFERENCE_UNKNOWN" }
      return judgeSteps(key, content, state)
    }
    let isInUse = state.records.contains { other, record in
      other != key && isReleased(other) && record.named.contains(key)
    }
    return isInUse ? "RECORD_IN_USE" : nil
  }

  /// A bill in use names steps that its routing has.
  private static func judgeSteps(_ key: Key, _ content: Claim.Content, _ state: State) -> String? {
    if let routing = content.routing {
      let numbers = Set(routing.operations.map(\.number))
      let isNamed = state.records.values.contains { record in
        guard let bill = record.billOfMaterial, bill.routing == key.code,
          bill.head?.lifeCycle == .released
        else { return false }
        return !bill.steps.isSubset(of: numbers)
      }
      return isNamed ? "OPERATION_IN_USE" : nil
    }
    guard let bill = content.billOfMaterial, !bill.steps.isEmpty else { return nil }
    let routing = state.records[Key(kind: .routing, code: bill.routing)]?.routing
    let numbers = Set((routing?.operations ?? []).map(\.number))
    return bill.steps.isSubset(of: numbers) ? nil : "OPERATION_UNKNOWN"
  }

  // MARK: What it has not

  func serverStreaming<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ request: Request, _ options: CallOptions
  ) async throws -> ResponseStream<Response> {
    guard let request = request as? Masterdata.V1.WatchChangesRequest else {
      throw Refusal(.unimplemented, reason: "", method.name)
    }
    let incarnation = state.withLock(\.incarnation)
    if !request.resumeToken.isEmpty, request.resumeToken != incarnation {
      throw Refusal.feedRestored
    }
    let told = Masterdata.V1.WatchChangesResponse.with { $0.resumeToken = incarnation }
    return ResponseStream(
      AsyncThrowingStream<Response, any Error> { continuation in
        if let response = told as? Response { continuation.yield(response) }
        continuation.finish()
      })
  }

  /// Is as it was before some records came.
  func restore(without codes: [Key]) {
    state.withLock { state in
      for key in codes { state.records[key] = nil }
      state.incarnation += "'"
    }
  }

  func clientStreaming<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ options: CallOptions
  ) async throws -> ClientStreamingCall<Request, Response> {
    throw Refusal(.unimplemented, reason: "", method.name)
  }

  func bidirectionalStreaming<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ options: CallOptions
  ) async throws -> BidirectionalCall<Request, Response> {
    throw Refusal(.unimplemented, reason: "", method.name)
  }
}

extension Masterdata.V1.Record.OneOf_Content {
  /// What it names by a code.
  fileprivate var named: [MasterDataService.Key] {
    var named: [(RecordKind, String)] = []
    switch self {
    case .item(let item): named = [(.unit, item.unit), (.unit, item.purchaseUnit)]
    case .location(let location):
      named = [(.warehouse, location.warehouse), (.location, location.parent)]
    case .routing(let routing): named = routing.operations.map { (.workCenter, $0.workCenter) }
    case .billOfMaterial(let bill):
      named = [(.item, bill.item), (.routing, bill.routing)]
      named += bill.lines.map { (.item, $0.item) } + bill.byProducts.map { (.item, $0.item) }
      named += bill.lines.map { (.unit, $0.quantity?.unit ?? "") }
      named += bill.subcontractors.map { (.businessPartner, $0) }
    case .supplierItem(let item):
      named = [(.businessPartner, item.supplier), (.item, item.item)]
    default: break
    }
    return named.filter { !$0.1.isEmpty }.map { .init(kind: $0.0, code: $0.1) }
  }
}

extension Masterdata.V1.BillOfMaterial {
  /// The steps of its routing that it names.
  fileprivate var steps: Set<Int32> {
    Set(lines.map(\.operation) + byProducts.map(\.operation)).subtracting([0])
  }
}
