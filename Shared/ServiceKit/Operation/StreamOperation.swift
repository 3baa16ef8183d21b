import Environment
import NIOCore
import Protobuf
import RPC

/// An RPC that takes facts as they come, each with an offset of the caller's, and answers how far it has got: what is
/// acknowledged is on disk, or was refused with its reason.
///
/// While one transaction is being made durable the next requests arrive, and all that have come are the next
/// transaction: a fast caller pays one commit for many, a slow one waits for none. What lies here is bounded by the
/// stream's flow control.
public protocol StreamOperation: Operation where Input == BatchItem<Item.Input> {
  /// What is done with each.
  associatedtype Item: IdentifiedWriteOperation
  /// What is done with each. It looks at all rules before its first change; see ``BatchEndingError``.
  var item: Item { get }
  /// The caller's number of a request, which increases.
  func offset(of request: Request) -> Int64
  /// An answer: what has become of each up to an offset.
  func response(_ outcomes: [(offset: Int64, outcome: BatchOutcome<Item.Response>)]) -> Response
}

extension OperationRunner {
  /// Most requests of one transaction, as of a batch.
  static let maximumOfTransaction = 500

  static func stream<O: StreamOperation>(
    _ operation: O, _ requests: RPC.RequestStream, _ responses: RPC.ResponseWriter, _ call: Call,
    _ service: ServiceContext
  ) async throws {
    // The caller learns that its stream stands before it has anything to tell.
    try await responses.sendInitialMetadata()
    var last: Int64 = 0
    while let first = try await next(of: requests, service) {
      var messages = [first]
      while messages.count < maximumOfTransaction, let more = requests.takeWaiting() {
        messages.append(more)
      }
      var (offsets, inputs) = ([Int64](), [O.Input]())
      for message in messages {
        let (offset, input) = try admit(operation, message, after: last, call, service)
        offsets.append(offset)
        inputs.append(input)
        last = offset
      }
      let bytes = messages.reduce(0) { $0 + $1.readableBytes }
      let outcomes = try await outcomes(
        of: operation.item, inputs, bytes: bytes, call, service)
      try await responses.write(
        MessageCoding.encode(operation.response(Array(zip(offsets, outcomes)))))
    }
  }

  /// Waits for a request, at most until the program shuts down: what was not acknowledged is sent again.
  private static func next(of requests: RPC.RequestStream, _ service: ServiceContext) async throws
    -> ByteBuffer?
  {
    do { return try await service.drain.waitFor { try await requests.next() } } catch {
      throw service.drain.hasBegun ? Refusal.shuttingDown : error
    }
  }

  /// One request of the stream, checked like the request of any other call, but that a field that breaks its rule
  /// rejects this one alone.
  private static func admit<O: StreamOperation>(
    _ operation: O, _ message: ByteBuffer, after last: Int64, _ call: Call,
    _ service: ServiceContext
  ) throws -> (offset: Int64, input: O.Input) {
    let request: O.Request = try MessageCoding.decode(message)
    try authorise(operation, request, call.principal, service)
    let offset = operation.offset(of: request)
    guard offset > last else {
      throw Refusal.invalidFields([
        FieldViolation("offset", "must increase: \(offset) comes after \(last)")
      ])
    }
    var fields = Fields(now: service.environment.clock.now)
    return (offset, operation.validate(request, &fields))
  }
}
