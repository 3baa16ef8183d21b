/// Which sides of a call send more than one message.
public enum MethodKind: Sendable, Hashable {
  /// One request, one response.
  case unary
  /// One request, any number of responses.
  case serverStreaming
  /// Any number of requests, one response.
  case clientStreaming
  /// Any number of requests and of responses, each side at its own pace.
  case bidirectionalStreaming
}

/// One RPC of a contract: what it is called and which messages it exchanges. Generated.
public struct Method<Request: Message, Response: Message>: Sendable, Hashable {
  /// The service's full name, for example `millrace.production.v1.ProductionService`.
  public let service: String
  /// The method's name as the contract spells it, for example `ReportProduction`.
  public let name: String
  /// Which sides send more than one message.
  public let kind: MethodKind
  /// The `:path` of the call: `/service/name`.
  public let path: String

  /// Describes the method `name` of `service`.
  public init(service: String, name: String, kind: MethodKind) {
    self.service = service
    self.name = name
    self.kind = kind
    self.path = "/\(service)/\(name)"
  }
}
