import Contracts
import Protobuf
import ServiceKit
import Synchronization
import Values

@testable import GatewayOdoo

/// Production as the wing sees it: takes orders, publishes totals, hears outcomes.
final class ProductionModel: ServiceCaller {
  struct State {
    var orders: [String: Production.V1.ReleaseOrderRequest] = [:]
    var releases = 0
    var outcomes: [String: Events.V1.ReportOutcomeRequest] = [:]
    var events: [Events.V1.SubscribeResponse] = []
    var acknowledged = ""
    var sequence: Int64 = 0
    var totals: [String: Production.V1.OrderTotalsChanged] = [:]
    var subscribers: [AsyncThrowingStream<Events.V1.SubscribeResponse, any Error>.Continuation] = []
    /// The next calls of a method answer this.
    var refusals: [String: [Refusal]] = [:]
  }

  let state = Mutex(State())

  /// The request that released an order; `nil` when it was not.
  func order(_ name: String) -> Production.V1.ReleaseOrderRequest? {
    state.withLock { $0.orders[name] }
  }

  /// The totals that were computed last.
  func lastTotals(_ name: String) -> Production.V1.OrderTotalsChanged? {
    state.withLock { $0.totals[name] }
  }

  /// What was heard of an order.
  func outcome(_ name: String) -> Events.V1.ReportOutcomeRequest? {
    state.withLock { $0.outcomes[name] }
  }

  /// Has the next call of a method refused.
  func refuse(_ method: String, _ refusal: Refusal) {
    state.withLock { $0.refusals[method, default: []].append(refusal) }
  }

  /// The totals of so many good and scrapped pieces, consumed by the released demand.
  func totals(_ name: String, good: Quantity, scrap: Quantity = 0, final: Bool = false)
    -> Production.V1.OrderTotalsChanged
  {
    state.withLock { state in
      state.sequence += 1
      let order = state.orders[name] ?? .init()
      let unit = order.plannedQuantity?.unit ?? ""
      let planned = Quantity.text(order.plannedQuantity?.value ?? "1")
      let totals = Production.V1.OrderTotalsChanged.with {
        $0.site = order.site
        $0.orderName = name
        $0.throughSequence = state.sequence
        $0.good = .init(Amount(good, unit))
        $0.scrap = .init(Amount(scrap, unit))
        $0.components = order.components.map { component in
          let step = Quantity.text(component.unitRounding)
          let consumed = try? good.plus(scrap).proportion(
            of: Quantity.text(component.demand?.value ?? "0"), to: planned, step: step)
          return .with {
            $0.line = component.line
            $0.itemCode = component.itemCode
            $0.consumed = .init(Amount(consumed ?? .zero, component.demand?.unit ?? ""))
          }
        }
        $0.operations = order.operations.map { operation in
          .with {
            $0.operation = operation.code
            $0.good = .init(Amount(good, unit))
          }
        }
        $0.final = final
      }
      state.totals[name] = totals
      return totals
    }
  }

  /// Publishes totals on the feed.
  func publish(_ totals: Production.V1.OrderTotalsChanged) throws {
    let payload = try totals.encoded()
    state.withLock { state in
      let sequence = Int64(state.events.count + 1)
      let response = Events.V1.SubscribeResponse.with {
        $0.resumeToken = "token-\(sequence)"
        $0.event = .with {
          $0.sequence = sequence
          $0.type = Production.V1.OrderTotalsChanged.fullName
          $0.site = totals.site
          $0.key = totals.orderName
          $0.payload = payload
        }
      }
      state.events.append(response)
      for subscriber in state.subscribers { subscriber.yield(response) }
    }
  }

  func unary<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ request: Request, _ options: CallOptions
  ) async throws -> Response {
    let answer: any Message = try state.withLock { state in
      if var refusals = state.refusals[method.name], !refusals.isEmpty {
        let refusal = refusals.removeFirst()
        state.refusals[method.name] = refusals
        throw refusal
      }
      return try Self.answer(request, &state)
    }
    guard let response = answer as? Response else {
      throw Refusal(.unimplemented, reason: "", method.name)
    }
    return response
  }

  private static func answer(_ request: any Message, _ state: inout State) throws -> any Message {
    switch request {
    case let request as Production.V1.ReleaseOrderRequest:
      state.releases += 1
      if let known = state.orders[request.orderName], known != request {
        throw Refusal(
          .failedPrecondition, reason: "ORDER_ALREADY_RELEASED", "released with other content")
      }
      state.orders[request.orderName] = request
      return Production.V1.ReleaseOrderResponse()
    case let request as Events.V1.AcknowledgeRequest:
      state.acknowledged = request.resumeToken
      return Events.V1.AcknowledgeResponse()
    case let request as Events.V1.ReportOutcomeRequest:
      if (state.outcomes[request.orderName]?.revision ?? 0) < request.revision {
        state.outcomes[request.orderName] = request
      }
      return Events.V1.ReportOutcomeResponse()
    default: throw Refusal(.unimplemented, reason: "", "no such method")
    }
  }

  func serverStreaming<Request: Message, Response: Message>(
    _ method: Method<Request, Response>, _ request: Request, _ options: CallOptions
  ) async throws -> ResponseStream<Response> {
    let token = (request as? Events.V1.SubscribeRequest)?.resumeToken ?? ""
    let (stream, continuation) = AsyncThrowingStream<
      Events.V1.SubscribeResponse, any Error
    >.makeStream()
    state.withLock { state in
      if var refusals = state.refusals[method.name], !refusals.isEmpty {
        continuation.finish(throwing: refusals.removeFirst())
        state.refusals[method.name] = refusals
      }
      let last = token.isEmpty ? state.acknowledged : token
      let start = (state.events.firstIndex { $0.resumeToken == last } ?? -1) + 1
      for event in state.events[start...] { continuation.yield(event) }
      state.subscribers.append(continuation)
    }
    guard let responses = ResponseStream(stream) as? ResponseStream<Response> else {
      throw Refusal(.unimplemented, reason: "", method.name)
    }
    return responses
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

extension Quantity {
  static func text(_ text: String) -> Quantity { (try? Quantity(decimal: text)) ?? .zero }
}
