public import Protobuf
public import RecordStore
public import Values

/// An RPC that changes records.
///
/// ``execute(_:_:_:)`` runs inside the transaction, synchronously, and touches nothing outside it:
/// it may run again when others of its batch fail. It publishes its events through
/// `transaction.outbox`. The caller is answered after the commit is on disk, whatever the answer is.
/// Look at the rules before the first change: an operation that throws after one makes its whole
/// batch run a second time, with savepoints.
public protocol WriteOperation: Operation {
  /// Judges the request by the rules and the records, and writes. Throw ``Refusal`` or an error of
  /// the service's rules to refuse: nothing of it is kept then.
  func execute(_ input: Input, _ transaction: Transaction, _ call: Call) throws -> Effect<Response>
}

/// What a write did.
public struct Effect<Response: Sendable>: Sendable {
  /// The answer.
  public let response: Response
  /// What the audit row says; `nil` when nothing changed, and then there is none.
  public let audit: AuditNote?

  /// An effect of its parts.
  public init(_ response: Response, audit: AuditNote?) {
    self.response = response
    self.audit = audit
  }
}

/// What an operation adds to its audit row; the caller, the method and the time are known already.
public struct AuditNote: Sendable, Hashable {
  /// To what: a business key that a person recognises.
  public let object: String
  /// The caller's correlation id; empty when it gave none.
  public let correlation: String

  /// A digest of the object before, `nil` when there was none.
  public let digestBefore: [UInt8]?
  /// A digest of the object after, `nil` when it is gone.
  public let digestAfter: [UInt8]?

  /// A note about an object.
  public init(
    object: String, correlation: String = "", digestBefore: [UInt8]? = nil,
    digestAfter: [UInt8]? = nil
  ) {
    self.object = object
    self.correlation = correlation
    self.digestBefore = digestBefore
    self.digestAfter = digestAfter
  }
}

/// The identity under which a write is remembered for ever.
public enum WriteIdentity: Sendable, Hashable {
  /// A reported fact. Refused with `SOURCE_EVENT_REUSED` when its content differs.
  case fact(FactIdentity)
  /// A command, unique per site and caller; of the installation as a whole when there is no site.
  /// Refused with `REQUEST_ID_REUSED` when its content differs.
  case command(site: SiteCode?, requestID: String)
}

/// A write that is sent at least once and takes effect once: said again it is answered as a
/// duplicate, before any rule looks at it. Only successes are remembered; a refused one is judged
/// anew.
///
/// ```swift
/// struct AcknowledgeOrder: IdentifiedWriteOperation {
///   static let method = Production.V1.ProductionService.acknowledgeOrder
///   static let contentScheme = 1
///   struct Input: Sendable { var requestID: String; var order: OrderKey }
///
///   func site(of request: Request) -> String? { request.site }
///   func validate(_ request: Request, _ fields: inout Fields) -> Input { … every field … }
///   func identity(of input: Input) -> WriteIdentity { .command(site: …, requestID: …) }
///   func addContent(of input: Input, scheme: Int, to digest: inout CanonicalDigest) {
///     digest.add(input.order.name)
///   }
///   func execute(_ input: Input, fact: Identifier, _ transaction: Transaction, _ call: Call) throws
///     -> Effect<Response> { … rules, records, transaction.outbox.append(event) … }
///   func answerAgain(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws -> Response { … }
/// }
/// ```
/// With one line in the service's route table, `.write(AcknowledgeOrder())`, the RPC is there.
public protocol IdentifiedWriteOperation: Operation {
  /// The newest rule of ``addContent(of:scheme:to:)``: 1, and one more with every change of it.
  static var contentScheme: Int { get }

  /// The identity.
  func identity(of input: Input) -> WriteIdentity

  /// Adds the content that must be the same when the identity is: every field that says something,
  /// in its checked form (so "40" and "40.0" are the same), without the identity itself and without
  /// correlation ids.
  /// - Parameter scheme: the rule: ``contentScheme``, or an older one when the identity was recorded
  ///   under that. A fact is compared by the rule of its day, for ever.
  func addContent(of input: Input, scheme: Int, to digest: inout CanonicalDigest)

  /// Refuses a caller whom the request does not concern: before anything else, so that also what was said
  /// before is told only to those who may know it. Default: it concerns everybody.
  func admit(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws

  /// Judges and writes the first time. The fact's identifier is what ``answerAgain(_:fact:_:)``
  /// gets later.
  func execute(_ input: Input, fact: Identifier, _ transaction: Transaction, _ call: Call) throws
    -> Effect<Response>

  /// The answer to the same request said again: the fact is the one of the first time.
  func answerAgain(_ input: Input, fact: Identifier, _ snapshot: Snapshot) throws -> Response
}

extension IdentifiedWriteOperation {
  /// It concerns everybody.
  public func admit(_ input: Input, _ snapshot: Snapshot, _ call: Call) throws {}
}

extension CanonicalDigest {
  /// Adds what a checked message says; of one that has its quantities and times in their canonical form.
  /// Messages are written field by field in the order of their numbers, so equal ones are equal bytes.
  public mutating func add(_ message: some Message) {
    // It fails only beyond two GiB, and requests are bounded by four MiB.
    add((try? message.encoded()) ?? [])
  }
}
