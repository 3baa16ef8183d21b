public import Contracts
import Environment
import Protobuf
import RecordStore

/// One of a batch, checked: an input, or the fields that break their rules.
public struct BatchItem<Input: Sendable>: Sendable {
  /// The checked item; `nil` when a field breaks its rule.
  public let input: Input?
  /// What breaks rules; the paths begin with the item's.
  public let violations: [FieldViolation]

  /// Checks an item of a batch by itself.
  /// - Parameter path: the item's, for example `movements[3]`.
  public init(_ path: String, _ fields: Fields, _ check: (inout Fields) -> Input) {
    var own = Fields(now: fields.now)
    let checked = own.inside(path) { check(&$0) }
    violations = own.violations
    input = own.violations.isEmpty ? checked : nil
  }
}

/// What has become of one of a batch.
public enum BatchOutcome<Response: Sendable>: Sendable {
  /// What it would have been answered by itself.
  case answered(Response)
  /// Why it was refused.
  case rejected(Common.V1.Rejection)
}

/// An error after which nothing of a batch can be kept: it came when something had been written already.
public protocol BatchEndingError: Error {}

/// An RPC that does for each of a list what another one does for one: each with an identity of its own, judged
/// for itself and in order, all in one transaction. A refusal of one rejects that one.
public protocol BatchOperation: Operation where Input == [BatchItem<Item.Input>] {
  /// What is done with each.
  associatedtype Item: IdentifiedWriteOperation
  /// What is done with each. It looks at all rules before its first change; see ``BatchEndingError``.
  var item: Item { get }
  /// The answer, from those to each in their order.
  func response(_ outcomes: [BatchOutcome<Item.Response>]) -> Response
}

extension OperationRunner {
  static func run<O: BatchOperation>(
    _ operation: O, _ input: O.Input, _ call: Call, _ service: ServiceContext
  ) async throws -> O.Response {
    operation.response(
      try await outcomes(of: operation.item, input, bytes: call.byteCount, call, service))
  }

  /// What becomes of each of several, all in one transaction.
  static func outcomes<Item: IdentifiedWriteOperation>(
    of item: Item, _ inputs: [BatchItem<Item.Input>], bytes: Int, _ call: Call,
    _ service: ServiceContext
  ) async throws -> [BatchOutcome<Item.Response>] {
    let facts = inputs.map { _ in service.environment.identifiers.next() }
    return try await service.database.write(bytes: bytes) { transaction in
      try zip(inputs, facts).map { each, fact in
        guard let input = each.input else {
          return .rejected(.init(Refusal.invalidFields(each.violations)))
        }
        do {
          return .answered(try perform(item, input, newFact: fact, transaction, call))
        } catch let error where !(error is any BatchEndingError) {
          guard
            let refusal = error as? Refusal ?? (error as? any RefusalConvertible)?.refusal
          else { throw error }
          return .rejected(.init(refusal))
        }
      }
    }
  }
}

extension Common.V1.Rejection {
  /// What a refused call says in its status and details, of one of a batch.
  public init(_ refusal: Refusal) {
    self.init()
    reason = refusal.reason
    message = refusal.message
    violations = refusal.violations.map { violation in
      .with {
        $0.field = violation.field
        $0.rule = violation.rule
      }
    }
  }
}
