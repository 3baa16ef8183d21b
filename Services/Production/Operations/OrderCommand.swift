import Contracts
import Protobuf
import RecordStore
import ServiceKit
import Values

/// An answer with an order.
protocol OrderAnswer: Message {
  var receipt: Common.V1.Receipt { get set }
  var order: Production.V1.Order? { get set }
  init()
}

extension Production.V1.AcknowledgeOrderResponse: OrderAnswer {}
extension Production.V1.ChangeReleasedOrderResponse: OrderAnswer {}
extension Production.V1.AcknowledgeChangeResponse: OrderAnswer {}
extension Production.V1.CancelOrderResponse: OrderAnswer {}

/// What a command about an order is recognised by.
struct OrderCommandInput<Content: Sendable>: Sendable {
  var requestID: String
  var order: OrderKey
  /// What else it says.
  var content: Content

  init(_ fields: inout Fields, _ requestID: String, site: String, name: String, _ content: Content)
  {
    self.requestID = fields.text(requestID, "request_id", Fields.requestIDRule)
    order = fields.orderKey(site: site, name: name)
    self.content = content
  }
}

/// A command that changes an order that is there, and is answered with it: all that such commands have in common.
protocol OrderCommand: IdentifiedWriteOperation
where Response: OrderAnswer, Input == OrderCommandInput<Content> {
  associatedtype Content: Sendable
  var orders: OrderRecords { get }
  /// What it says, beside the order's name.
  func addContent(_ content: Content, to digest: inout CanonicalDigest)
  /// Judges and writes.
  /// - Returns: false when the order is like that already; nothing was written then.
  func change(
    _ stored: inout StoredOrder, _ content: Content, _ transaction: Transaction, _ call: Call
  ) throws -> Bool
}

extension OrderCommand {
  static var contentScheme: Int { 1 }

  func identity(of input: Input) -> WriteIdentity {
    .command(site: input.order.site, requestID: input.requestID)
  }

  func addContent(of input: Input, scheme: Int, to digest: inout CanonicalDigest) {
    // Commands share one ledger, so what the command is belongs to its content.
    digest.add(Self.method.name)
    digest.add(input.order.name)
    addContent(input.content, to: &digest)
  }

  func execute(_ input: Input, fact: Identifier, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Response>
  {
    var stored = try orders.require(input.order, transaction)
    let before = stored.digest
    guard try change(&stored, input.content, transaction, call) else {
      return Effect(try response(.duplicate, stored.order), audit: nil)
    }
    return Effect(
      try response(.accepted, stored.order),
      audit: AuditNote(
        object: "\(input.order)", digestBefore: before, digestAfter: stored.digest))
  }

  func answerAgain(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws -> Response {
    try response(.duplicate, orders.require(input.order, snapshot).order)
  }

  private func response(_ receipt: Common.V1.Receipt, _ order: Order) throws -> Response {
    var response = Response()
    response.receipt = receipt
    response.order = try .init(order)
    return response
  }
}
