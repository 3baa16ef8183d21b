public import Identity
import NIOCore
public import Protobuf
public import RPC

/// Who may call an operation, beside having the site granted.
public enum Callers: Sendable, Hashable {
  /// Every principal.
  case anyone
  /// Principals of the kind integration: the way to and from the system of record.
  case integration
}

/// One RPC of a service: what is the same for reads, writes and watches.
///
/// A call goes decode → authorise → ``validate(_:_:)`` → the operation's own step → encode. What an
/// operation supplies are its rules; the sequence exists once, in `OperationRunner`.
public protocol Operation: Sendable {
  /// The request message.
  associatedtype Request: Message
  /// The response message.
  associatedtype Response: Message
  /// The request in the types the rules work with, every field checked.
  associatedtype Input: Sendable

  /// Which RPC it is.
  static var method: Method<Request, Response> { get }

  /// Who may call it. Default: ``Callers/anyone``.
  static var callers: Callers { get }

  /// The site the request is about, as sent; `nil` when it may name none, and the operation itself
  /// keeps to the sites of its caller.
  func site(of request: Request) -> String?

  /// Checks every field, reports every violation, and answers the checked request. What it answers
  /// is dropped when a violation was reported.
  func validate(_ request: Request, _ fields: inout Fields) -> Input
}

extension Operation {
  /// Every principal.
  public static var callers: Callers { .anyone }
}

/// What an operation knows about its call.
public struct Call: Sendable {
  /// Who calls.
  public let principal: Principal
  /// `package.Service/Method`.
  public let method: String
  /// Where the call came from: the address of the connection.
  public let origin: String
  /// The size of the request message.
  public let byteCount: Int
  /// The digest of the client certificate that the connection has shown; `nil` when it has shown
  /// none.
  public let certificateDigest: [UInt8]?
  /// Which paths may be called with the token of a direct call; `nil` for a forwarded one, of which the
  /// Gateway has decided.
  var grantedPaths: Set<String>?
  /// By which it is found in logs, see ``TraceContext``.
  public let traceID: String

  /// A call of its parts.
  public init(
    principal: Principal, method: String, origin: String, byteCount: Int = 0,
    certificateDigest: [UInt8]? = nil, traceID: String = ""
  ) {
    self.principal = principal
    self.method = method
    self.origin = origin
    self.byteCount = byteCount
    self.certificateDigest = certificateDigest
    self.traceID = traceID
  }

  /// A call as the runtime has it.
  public init(principal: Principal, _ context: CallContext, byteCount: Int = 0) {
    self.init(
      principal: principal, method: String(context.path.dropFirst()),
      origin: context.peer.address?.ipAddress ?? "", byteCount: byteCount,
      certificateDigest: context.peer.identity?.certificateDigest,
      traceID: TraceContext(context).traceID)
  }
}
