public import Logging

/// Where a server listens and what it grants its callers.
public struct ServerConfiguration: Sendable {
  /// A host name or address to listen on.
  public var host: String
  /// The TCP port, 0–65535; 0 takes a free one.
  public var port: Int
  /// Certificates; nil speaks HTTP/2 in the clear.
  public var tls: ServerTLS?
  /// What one connection may use; see ``Limits``.
  public var limits: Limits
  /// The longest request message of single methods, in bytes, by path; all others have
  /// ``Limits/messageBytes``.
  public var messageBytesByPath: [String: Int] = [:]
  /// What every call passes, the first one outermost.
  public var interceptors: [any ServerInterceptor] = []
  /// Who is told how calls end.
  public var observers: [any CallObserver] = []
  /// What the caller of a call that the runtime itself ends is told beside code and message: a
  /// serialized `google.rpc.Status`, made of ``Status/reason``. Without it there are no details.
  public var details: (@Sendable (_ status: Status, _ call: CallContext) -> [UInt8])?
  /// Told of connections closed for a reason (debug) and of handlers that fail in an unforeseen way
  /// (error).
  public var logger: Logger

  /// A server at host and port with the limits of ``Limits``.
  public init(
    host: String, port: Int, tls: ServerTLS? = nil, limits: Limits = Limits(),
    logger: Logger = Logger(label: "rpc.server")
  ) {
    self.host = host
    self.port = port
    self.tls = tls
    self.limits = limits
    self.logger = logger
  }
}
