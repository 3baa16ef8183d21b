import NIOCore

/// An answer outside gRPC.
struct HTTPAnswer: Hashable {
  let status: Int
  let body: String
  var allow: String?

  /// The answer of `/healthz`.
  static let healthy = HTTPAnswer(status: 200, body: "healthy\n")
  /// gRPC's answer to anything that is not gRPC.
  static let unsupportedMediaType = HTTPAnswer(
    status: 415, body: "the content-type must be application/grpc\n")
}

/// What the headers of a request say about the call.
struct RequestHead {
  /// Where it leads; nil for no method.
  var route: Route?
  /// From `grpc-timeout`.
  var deadline = Deadline.none
  /// How compressed messages of the request are encoded.
  var encoding = MessageEncoding.identity
  /// Whether responses may be compressed with gzip.
  var acceptsGzip = false
  /// Whether the method is HEAD, which is answered without a body (RFC 9110 §9.3.2).
  var isHead = false
  /// Everything that is not HTTP/2's or gRPC's own.
  var metadata = Metadata()

  /// Whether this is a plain request for `/healthz`.
  var isHealthCheck: Bool {
    if case .health = route?.destination { true } else { false }
  }
}

/// Reads the headers of requests one by one. One for each connection, because header blocks never
/// interleave: a class, so that nothing is made anew for each request.
final class RequestHeadReader {
  /// What the headers as a whole lead to.
  enum Verdict {
    /// The request message may come.
    case accepted
    case refused(Status)
    case http(HTTPAnswer)
  }

  private enum Method { case get, head, post, other }

  private let maximumListBytes: Int
  private var routes: RouteCache
  private var lastMetadata = Metadata()

  private var route: Route?
  private var deadline = Deadline.none
  private var metadata = Metadata()
  private var encoding: MessageEncoding? = .identity
  private var acceptsGzip = false
  private var method = Method.other
  private var isGRPC = false
  private var hasBadTimeout = false
  private var listBytes = 0
  private var unknownPath: [UInt8] = []

  /// A reader of lists up to so many bytes, counted as RFC 9113 §6.5.2 does.
  init(maximumListBytes: Int, routes: RouteCache) {
    self.maximumListBytes = maximumListBytes
    self.routes = routes
  }

  /// A header block begins.
  func begin() {
    route = nil
    unknownPath.removeAll(keepingCapacity: true)
    deadline = .none
    metadata.removeAllKeepingCapacity()
    encoding = .identity
    acceptsGzip = false
    method = .other
    isGRPC = false
    hasBadTimeout = false
    listBytes = 0
  }

  /// Takes one header.
  func take(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    listBytes += name.count + value.count + HTTP2Settings.headerEntryBytes
    // What is over the limit is not kept.
    guard !isTooLarge else { return }
    if name.first == UInt8(ascii: ":") {
      takePseudoHeader(name, value)
    } else if name.starts(withText: "grpc-") {
      takeOwnHeader(name, value)
    } else if name.equals("content-type") {
      isGRPC = GRPCHeaders.isGRPC(contentType: value)
    } else if !Metadata.isReserved(name) {
      metadata.appendUnchecked(name: name, value: value)
    }
  }

  private func takePseudoHeader(
    _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
  ) {
    if name.equals(":path") {
      route = routes.route(value)
      if route == nil { unknownPath = Array(value) }
    } else if name.equals(":method") {
      method =
        value.equals("POST")
        ? .post : value.equals("GET") ? .get : value.equals("HEAD") ? .head : .other
    }
  }

  private func takeOwnHeader(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    if name.equals("grpc-timeout") {
      if let nanoseconds = GRPCHeaders.timeoutNanoseconds(value) {
        deadline = .after(nanoseconds: nanoseconds)
      } else {
        hasBadTimeout = true
      }
    } else if name.equals("grpc-encoding") {
      encoding = MessageEncoding(value)
    } else if name.equals("grpc-accept-encoding") {
      acceptsGzip = MessageEncoding.acceptsGzip(value)
    }
  }

  /// What is called, whether it is there or not.
  var path: String { route?.path ?? String(decoding: unknownPath, as: UTF8.self) }

  /// Whether the list is larger than it may be.
  var isTooLarge: Bool { listBytes > maximumListBytes }

  /// All headers are here: what they say. A caller's calls usually carry the same metadata: it is
  /// then shared between them.
  func head() -> RequestHead {
    if !metadata.hasSameBytes(as: lastMetadata) { lastMetadata = metadata }
    return RequestHead(
      route: route, deadline: deadline, encoding: encoding ?? .identity, acceptsGzip: acceptsGzip,
      isHead: method == .head, metadata: lastMetadata)
  }

  /// All headers are here: decides what becomes of the request.
  func verdict() -> Verdict {
    guard !isTooLarge else {
      return .refused(
        Status(
          code: .resourceExhausted, reason: "HEADERS_TOO_LARGE",
          message: "the headers have \(listBytes) bytes, the limit is \(maximumListBytes)"))
    }
    if case .health = route?.destination {
      return method == .other
        ? .http(HTTPAnswer(status: 405, body: "GET or POST only\n", allow: "GET, HEAD, POST"))
        : .accepted
    }
    guard isGRPC else { return .http(.unsupportedMediaType) }
    guard method == .post else {
      return .http(HTTPAnswer(status: 405, body: "POST only\n", allow: "POST"))
    }
    return refusal().map { .refused($0) } ?? .accepted
  }

  private func refusal() -> Status? {
    if route == nil {
      return Status(
        code: .unimplemented, reason: "METHOD_UNKNOWN", message: "there is no method \(path)")
    }
    if encoding == nil {
      return Status(
        code: .unimplemented, reason: "ENCODING_UNKNOWN",
        message: "grpc-encoding must be identity or gzip here")
    }
    if hasBadTimeout {
      return Status(
        code: .internalError, reason: "TIMEOUT_INVALID",
        message: "grpc-timeout must be 1 to 8 digits and one of H, M, S, m, u, n")
    }
    return deadline.hasPassed ? ServerStream.deadlinePassed : nil
  }
}

extension UnsafeRawBufferPointer {
  /// Whether the bytes begin with a text.
  func starts(withText text: StaticString) -> Bool {
    count >= text.utf8CodeUnitCount
      && UnsafeRawBufferPointer(rebasing: self[..<text.utf8CodeUnitCount]).equals(text)
  }
}
