import NIOCore

/// An answer outside gRPC.
struct HTTPAnswer: Hashable {
  let status: Int
  let body: String
  var allow: String?

  /// The answer of `/healthz`.
  static let healthy = HTTPAnswer(status: 200, body: "ok\n")
  /// gRPC's answer to anything that is not gRPC.
  static let unsupportedMediaType = HTTPAnswer(
    status: 415, body: "the content-type must be application/grpc\n")
}

/// The headers of a request, taken one by one, and what they mean for the call.
struct RequestHead {
  /// What the headers as a whole lead to.
  enum Verdict {
    /// The request message may come.
    case accepted
    case refused(Status)
    case http(HTTPAnswer)
  }

  private enum Method { case get, post, other }

  private(set) var route: Route?
  private(set) var deadline = Deadline.none
  private(set) var metadata = Metadata()
  private(set) var hasUnknownEncoding = false
  private var method = Method.other
  private var isGRPC = false
  private var hasBadTimeout = false
  private var listBytes = 0
  private var unknownPath: [UInt8] = []

  /// Whether this is a plain request for `/healthz`.
  var isHealthCheck: Bool {
    if case .health = route?.destination { true } else { false }
  }

  /// Takes one header.
  mutating func take(
    name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, connection: ServerConnection
  ) {
    // RFC 9113 §6.5.2 adds 32 for each header. What is over the limit is not kept.
    listBytes += name.count + value.count + 32
    guard listBytes <= connection.limits.headerListBytes else { return }
    if name.first == UInt8(ascii: ":") {
      takePseudoHeader(name, value, connection)
    } else if name.equals("content-type") {
      isGRPC = GRPCHeaders.isGRPC(contentType: value)
    } else if name.starts(withText: "grpc-") {
      takeOwnHeader(name, value)
    } else if !Metadata.isReserved(name) {
      connection.incomingMetadata.appendUnchecked(name: name, value: value)
    }
  }

  private mutating func takePseudoHeader(
    _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ connection: ServerConnection
  ) {
    if name.equals(":path") {
      route = connection.route(value)
      if route == nil { unknownPath = Array(value) }
    } else if name.equals(":method") {
      method = value.equals("POST") ? .post : value.equals("GET") ? .get : .other
    }
  }

  private mutating func takeOwnHeader(
    _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
  ) {
    if name.equals("grpc-timeout") {
      if let nanoseconds = GRPCHeaders.timeoutNanoseconds(value) {
        deadline = .after(nanoseconds: nanoseconds)
      } else {
        hasBadTimeout = true
      }
    } else if name.equals("grpc-encoding") {
      hasUnknownEncoding = !value.equals("identity")
    }
  }

  /// All headers are here: decides, and takes over the metadata of the connection.
  mutating func judge(_ connection: ServerConnection) -> Verdict {
    guard listBytes <= connection.limits.headerListBytes else {
      return .refused(
        Status(
          code: .resourceExhausted,
          message:
            "the headers have \(listBytes) bytes, the limit is \(connection.limits.headerListBytes)"
        ))
    }
    if isHealthCheck {
      return method == .other
        ? .http(HTTPAnswer(status: 405, body: "GET or POST only\n", allow: "GET, POST"))
        : .accepted
    }
    guard isGRPC else { return .http(.unsupportedMediaType) }
    guard method == .post else {
      return .http(HTTPAnswer(status: 405, body: "POST only\n", allow: "POST"))
    }
    if let status = refusal() { return .refused(status) }
    metadata = connection.takeIncomingMetadata()
    return .accepted
  }

  private func refusal() -> Status? {
    if route == nil {
      let path = String(decoding: unknownPath, as: UTF8.self)
      return Status(code: .unimplemented, message: "there is no method \(path)")
    }
    if hasUnknownEncoding {
      return Status(code: .unimplemented, message: "the only grpc-encoding here is identity")
    }
    if hasBadTimeout {
      return Status(
        code: .internalError,
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
